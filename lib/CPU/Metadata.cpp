//===- Metadata.cpp - The product's description of itself -----------------------------------------------------===//
//
// See Metadata.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Metadata.h"
#include "lib/Runtime/ProductABI.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/JSON.h"
#include <map>

using namespace mlir;

llvm::StringRef mambac::dtypeWord(Type type) {
  if (type.isF32())
    return "f32";
  if (type.isF64())
    return "f64";
  if (type.isF16())
    return "f16";
  if (type.isBF16())
    return "bf16";
  if (type.isInteger(1))
    return "bool";
  if (type.isInteger(8))
    return type.isUnsignedInteger() ? "u8" : "i8";
  if (type.isInteger(16))
    return "i16";
  if (type.isInteger(32))
    return "i32";
  if (type.isInteger(64))
    return "i64";
  return "";
}

namespace {

/// `expr` as mul * symbol + add; false if it is no such thing.
bool asLinear(AffineExpr expr, int64_t &symbol, int64_t &mul, int64_t &add) {
  symbol = -1, mul = 0, add = 0;
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    add = constant.getValue();
    return true;
  }
  if (auto s = dyn_cast<AffineSymbolExpr>(expr)) {
    symbol = s.getPosition(), mul = 1;
    return true;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  int64_t s0, m0, a0, s1, m1, a1;
  if (!asLinear(binary.getLHS(), s0, m0, a0) || !asLinear(binary.getRHS(), s1, m1, a1))
    return false;
  if (expr.getKind() == AffineExprKind::Add && (s0 < 0 || s1 < 0)) {
    symbol = std::max(s0, s1), mul = m0 + m1, add = a0 + a1;
    return true;
  }
  if (expr.getKind() == AffineExprKind::Mul && s1 < 0) {
    symbol = s0, mul = m0 * a1, add = a0 * a1;
    return true;
  }
  return false;
}

/// Prints an affine expression with the entry's symbol names.
std::string text(AffineExpr expr, ArrayRef<std::string> names) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return std::to_string(constant.getValue());
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbol.getPosition() < names.size() ? names[symbol.getPosition()] : "?";
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return "?";
  std::string lhs = text(binary.getLHS(), names), rhs = text(binary.getRHS(), names);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return "(" + lhs + " + " + rhs + ")";
  case AffineExprKind::Mul:
    return lhs + " * " + rhs;
  case AffineExprKind::FloorDiv:
    return "(" + lhs + " floordiv " + rhs + ")";
  case AffineExprKind::CeilDiv:
    return "(" + lhs + " ceildiv " + rhs + ")";
  case AffineExprKind::Mod:
    return "(" + lhs + " mod " + rhs + ")";
  default:
    return "?";
  }
}

std::string stringAttr(DictionaryAttr dict, StringRef key, StringRef otherwise) {
  auto attr = dict ? dict.getAs<StringAttr>(key) : StringAttr();
  return attr ? attr.str() : otherwise.str();
}

struct Writer {
  llvm::json::OStream &json;
  /// Of all entries, each where the first entry that has it does; a product numbers them without gaps.
  std::map<int64_t, std::pair<func::FuncOp, unsigned>> states;

  LogicalResult tensor(func::FuncOp entry, unsigned arg, unsigned position, bool output, bool numbered,
                       ArrayRef<std::string> names) {
    auto type = dyn_cast<MemRefType>(entry.getArgument(arg).getType());
    if (!type)
      return entry.emitError("argument #") << arg << " of a scheduled entry must be a memref";
    DictionaryAttr attrs = entry.getArgAttrDict(arg);
    StringRef word = mambac::dtypeWord(type.getElementType());
    if (word.empty())
      return entry.emitError("element type ") << type.getElementType() << " of argument #" << arg
                                              << " cannot cross a product's interface";
    auto map = attrs ? attrs.getAs<AffineMapAttr>("mambac.shape") : AffineMapAttr();
    auto expr = [&](int64_t d) {
      return type.isDynamicDim(d) && map ? map.getValue().getResult(d)
                                         : getAffineConstantExpr(type.getDimSize(d), entry.getContext());
    };
    LogicalResult result = success();
    json.object([&] {
      json.attribute("name", stringAttr(attrs, "mambac.name", (output ? "out" : "arg") + std::to_string(position)));
      json.attribute("dtype", stringAttr(attrs, "mambac.dtype", word));
      if (std::string role = stringAttr(attrs, "mambac.role", ""); !role.empty())
        json.attribute("role", role);
      if (auto state = attrs && numbered ? attrs.getAs<IntegerAttr>("mambac.state") : IntegerAttr())
        json.attribute("state", std::distance(states.begin(), states.find(state.getInt())));
      if (output) {
        json.attribute("rank", type.getRank());
        json.attributeArray("shape_text", [&] {
          for (int64_t d = 0; d < type.getRank(); ++d)
            json.value(text(expr(d), names));
        });
        return;
      }
      for (StringRef key : {"limit", "lowest"})
        if (auto bound = attrs ? attrs.getAs<IntegerAttr>(("mambac." + key).str()) : IntegerAttr())
          json.attribute(key, bound.getInt());
      json.attributeArray("shape", [&] {
        for (int64_t d = 0; d < type.getRank(); ++d) {
          int64_t symbol, mul, add;
          if (!asLinear(expr(d), symbol, mul, add)) {
            result = entry.emitError("dimension ")
                     << d << " of input #" << position << " must be a multiple of one symbol plus a constant";
            return;
          }
          if (symbol < 0)
            json.value(add);
          else
            json.object([&] {
              json.attribute("symbol", symbol);
              json.attribute("mul", mul);
              json.attribute("add", add);
            });
        }
      });
    });
    return result;
  }

  LogicalResult listStates(ArrayRef<func::FuncOp> entries) {
    for (func::FuncOp entry : entries)
      for (unsigned i = 0; i < entry.getNumArguments(); ++i)
        if (auto number = entry.getArgAttrOfType<IntegerAttr>(i, "mambac.state"))
          states.try_emplace(number.getInt(), entry, i);
    LogicalResult result = success();
    if (!states.empty())
      json.attributeArray("state", [&] {
        for (auto [position, state] : llvm::enumerate(states))
          if (failed(tensor(state.second.first, state.second.second, position, /*output=*/false, /*numbered=*/false, {})))
            result = failure();
      });
    return result;
  }

  LogicalResult entry(func::FuncOp entry) {
    LogicalResult result = success();
    json.object([&] {
      json.attribute("name", entry.getName());
      if (auto text = entry->getAttrOfType<StringAttr>("mambac.arena_text"))
        json.attribute("arena_text", text.getValue());
      if (auto length = entry->getAttrOfType<IntegerAttr>("mambac.length"))
        json.attribute("length", length.getInt());
      if (entry->hasAttr("mambac.length")) {
        auto chunk = entry->getAttrOfType<IntegerAttr>("mambac.chunk");
        json.attribute("chunk", chunk ? chunk.getInt() : mambac::kDefaultChunk);
      }
      SmallVector<std::string> names;
      json.attributeArray("symbols", [&] {
        auto list = entry->getAttrOfType<ArrayAttr>("mambac.symbols");
        for (Attribute attr : list ? list.getValue() : ArrayRef<Attribute>()) {
          auto dict = cast<DictionaryAttr>(attr);
          names.push_back(stringAttr(dict, "name", "s" + std::to_string(names.size())));
          auto integer = [&](StringRef key, int64_t otherwise) {
            auto value = dict.getAs<IntegerAttr>(key);
            return value ? value.getInt() : otherwise;
          };
          json.object([&] {
            json.attribute("name", names.back());
            json.attribute("min", integer("min", 0));
            json.attribute("max", integer("max", std::numeric_limits<int32_t>::max()));
            json.attribute("multiple_of", integer("multiple_of", 1));
          });
        }
      });
      for (bool output : {false, true})
        json.attributeArray(output ? "outputs" : "inputs", [&] {
          unsigned position = 0;
          for (unsigned i = 0; i < entry.getNumArguments(); ++i) {
            if (!isa<MemRefType>(entry.getArgument(i).getType()) || entry.getArgAttr(i, "mambac.arena") ||
                entry.getArgAttr(i, "mambac.weights") || bool(entry.getArgAttr(i, "mambac.output")) != output)
              continue;
            if (failed(tensor(entry, i, position++, output, /*numbered=*/true, names)))
              result = failure();
          }
        });
    });
    return result;
  }
};

/// Numbers, texts, lists and dictionaries as they are.
void write(llvm::json::OStream &json, Attribute attr) {
  if (auto integer = dyn_cast<IntegerAttr>(attr))
    json.value(integer.getInt());
  else if (auto text = dyn_cast<StringAttr>(attr))
    json.value(llvm::json::fixUTF8(text.getValue()));
  else if (auto list = dyn_cast<ArrayAttr>(attr))
    json.array([&] {
      for (Attribute item : list)
        write(json, item);
    });
  else if (auto dict = dyn_cast<DictionaryAttr>(attr))
    json.object([&] {
      for (NamedAttribute item : dict)
        json.attributeBegin(item.getName()), write(json, item.getValue()), json.attributeEnd();
    });
}

} // namespace

LogicalResult mambac::buildMetadata(ModuleOp module, ArrayRef<func::FuncOp> entries, std::string &out) {
  llvm::raw_string_ostream stream(out);
  llvm::json::OStream json(stream);
  Writer writer{json, {}};
  LogicalResult result = success();
  json.object([&] {
    json.attribute("abi", MAMBAC_ABI_VERSION);
    auto model = module->getAttrOfType<StringAttr>("mambac.model");
    json.attribute("model", model ? model.getValue() : "model");
    if (auto tuning = module->getAttrOfType<StringAttr>("mambac.tuning"))
      json.attribute("tuning", tuning.getValue());
    if (auto text = module->getAttrOfType<DictionaryAttr>("mambac.text")) {
      json.attributeBegin("text");
      write(json, text);
      json.attributeEnd();
    }
    json.attributeArray("levels", [&] {
      auto levels = module->getAttrOfType<ArrayAttr>("mambac.levels");
      if (!levels) // a module that nobody described, in mamba-opt
        json.object([&] { json.attribute("name", "unknown"); });
      for (Attribute attr : levels ? levels.getValue() : ArrayRef<Attribute>()) {
        auto dict = cast<DictionaryAttr>(attr);
        json.object([&] {
          json.attribute("name", stringAttr(dict, "name", "unknown"));
          json.attributeArray("cpu_features", [&] {
            auto features = dict.getAs<ArrayAttr>("features");
            for (Attribute feature : features ? features.getValue() : ArrayRef<Attribute>())
              if (auto word = dyn_cast<StringAttr>(feature))
                json.value(word.getValue());
          });
        });
      }
    });
    if (failed(writer.listStates(entries)))
      result = failure();
    json.attributeArray("entries", [&] {
      for (func::FuncOp entry : entries)
        if (failed(writer.entry(entry)))
          result = failure();
    });
    json.attributeArray("kernels", [&] {
      auto kernels = module->getAttrOfType<ArrayAttr>("mambac.kernels");
      for (Attribute attr : kernels ? kernels.getValue() : ArrayRef<Attribute>()) {
        auto dict = cast<DictionaryAttr>(attr);
        json.object([&] {
          for (StringRef key : {"name", "module", "kind", "flops_text", "bytes_text"})
            json.attribute(key, stringAttr(dict, key, ""));
        });
      }
    });
  });
  return result;
}
