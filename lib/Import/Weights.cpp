// Tensor views over an archive's storages (Weights.h). Nothing here trusts a number: products and sums are checked for
// overflow, and the last element must lie inside of the storage.
#include "lib/Import/Weights.h"
#include "lib/Import/GraphConvert.h"

#include <cstring>
#include <unordered_set>

namespace mambac::pt2 {

/// Views with broadcast strides may name more elements than are stored; this bounds what a copy of one would take.
static constexpr int64_t maxDenseBytes = int64_t(1) << 42;

int64_t TensorView::numElements() const {
  int64_t count = 1;
  for (int64_t size : sizes)
    count *= size;
  return count;
}

bool TensorView::isContiguous() const {
  int64_t expected = 1;
  for (size_t i = sizes.size(); i-- > 0;) {
    if (sizes[i] != 1 && strides[i] != expected)
      return numElements() == 0;
    expected *= sizes[i];
  }
  return true;
}

static std::string listText(const std::vector<int64_t> &values) {
  std::string text = "[";
  for (size_t i = 0; i < values.size(); ++i)
    text += (i ? ", " : "") + std::to_string(values[i]);
  return text + "]";
}

Expected<TensorView> makeTensorView(DType dtype, std::vector<int64_t> sizes, std::vector<int64_t> strides,
                                    int64_t offset, std::string_view storage) {
  auto error = [](const std::string &what) { return Error{what, "", ""}; };
  int64_t width = dtypeSize(dtype);
  if (!width)
    return error("its dtype is unknown");
  if (sizes.size() != strides.size())
    return error("it has " + std::to_string(sizes.size()) + " sizes but " + std::to_string(strides.size()) +
                 " strides");
  std::string shape =
      "sizes " + listText(sizes) + ", strides " + listText(strides) + ", offset " + std::to_string(offset);
  if (offset < 0)
    return error("its offset is negative (" + shape + ")");
  bool empty = false;
  int64_t count = 1, last = offset;
  bool overflow = false;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] < 0 || strides[i] < 0)
      return error("a size or stride is negative (" + shape + ")");
    empty |= sizes[i] == 0;
    // Zero sizes count as one, so that an empty tensor's other sizes are still bounded.
    overflow |= __builtin_mul_overflow(count, sizes[i] ? sizes[i] : 1, &count);
    int64_t span;
    overflow |= __builtin_mul_overflow(sizes[i] ? sizes[i] - 1 : 0, strides[i], &span);
    overflow |= __builtin_add_overflow(last, span, &last);
  }
  int64_t end = 0, begin = 0, dense = 0;
  overflow |= __builtin_mul_overflow(last, width, &end) || __builtin_add_overflow(end, width, &end);
  overflow |= __builtin_mul_overflow(offset, width, &begin) || __builtin_mul_overflow(count, width, &dense);
  if (overflow || dense > maxDenseBytes)
    return error("its sizes are impossibly large (" + shape + ")");
  TensorView view;
  view.dtype = dtype;
  view.data = reinterpret_cast<const uint8_t *>(storage.data());
  if (!empty) {
    if (static_cast<uint64_t>(end) > storage.size())
      return error("it needs " + std::to_string(end) + " bytes of a storage of " + std::to_string(storage.size()) +
                   " (" + dtypeName(dtype) + ", " + shape + ")");
    view.data += begin;
    view.bytes = static_cast<size_t>(end - begin);
  }
  view.sizes = std::move(sizes);
  view.strides = std::move(strides);
  return view;
}

std::shared_ptr<char[]> makeDense(const TensorView &view) {
  unsigned bytes = dtypeSize(view.dtype);
  int64_t count = view.numElements();
  std::shared_ptr<char[]> copy(new char[size_t(count * bytes + 1)]);
  std::vector<int64_t> index(view.sizes.size(), 0);
  for (int64_t i = 0; i < count; ++i) {
    int64_t offset = 0;
    for (size_t d = 0; d < index.size(); ++d)
      offset += index[d] * view.strides[d];
    std::memcpy(copy.get() + i * bytes, view.data + offset * bytes, bytes);
    for (size_t d = index.size(); d-- > 0 && ++index[d] == view.sizes[d];)
      index[d] = 0;
  }
  return copy;
}

void showComplexAsPairs(TensorView &view) {
  if (view.dtype != DType::Complex64 && view.dtype != DType::Complex128)
    return;
  view.dtype = view.dtype == DType::Complex64 ? DType::Float32 : DType::Float64;
  for (int64_t &stride : view.strides)
    stride *= 2;
  view.sizes.push_back(2);
  view.strides.push_back(1);
}

namespace {
/// One configuration file: its entries become views.
class PayloadReader {
public:
  PayloadReader(const Archive &archive, const std::string &folder, const std::string &config, bool verify)
      : archive(archive), folder(folder), config(config), verify(verify) {}

  Expected<TensorView> read(const std::string &fqn, Json &entry, const TensorMeta *graphMeta) {
    Json *path = entry.isString() ? &entry : entry.get("path_name");
    if (const Json *pickled = entry.get("use_pickle"); pickled && pickled->isBool() && pickled->integer)
      return error(fqn, "it is stored as a pickle, which mambac never reads",
                   "make it a plain tensor (no subclass, no custom object) before the export");
    if (!path || !path->isString() || path->string.empty())
      return error(fqn, "its configuration has no path_name");
    std::string name = path->string.find('/') == std::string::npos ? folder + path->string : path->string;

    TensorMeta own;
    const TensorMeta *meta = graphMeta;
    if (Json *json = entry.get("tensor_meta"); json && json->isObject()) {
      SymbolTable symbols;
      ExprCache exprs(symbols);
      auto converted = convertTensorMeta(*json, exprs);
      if (!converted)
        return error(fqn, converted.error().what);
      own = std::move(*converted);
      meta = &own;
    }
    if (!meta)
      return error(fqn, "its configuration has no tensor_meta");
    if (meta->layout != Layout::Strided)
      return error(fqn, "it is not a dense tensor", "make it dense before the export");

    std::vector<int64_t> sizes, strides;
    auto constants = [](const std::vector<ShapeExpr> &exprs, std::vector<int64_t> &values) {
      for (const ShapeExpr &expr : exprs) {
        if (!expr.isConstant())
          return false;
        values.push_back(expr.value());
      }
      return true;
    };
    if (!constants(meta->sizes, sizes) || !constants(meta->strides, strides) || !meta->storageOffset.isConstant())
      return error(fqn, "its sizes are not constants");

    if (!archive.hasEntry(name))
      return error(fqn, "its storage " + name + " is missing in the archive");
    auto storage = archive.entry(name);
    if (!storage)
      return storage.error();
    auto view =
        makeTensorView(meta->dtype, std::move(sizes), std::move(strides), meta->storageOffset.value(), *storage);
    if (!view)
      return error(fqn, view.error().what);
    if (verify && verified.insert(name).second)
      if (Status status = archive.verify(name); !status)
        return status.error();
    view->storage = std::move(name);
    const Json *isParameter = entry.get("is_param");
    view->isParameter = isParameter && isParameter->isBool() && isParameter->integer;
    return view;
  }

private:
  const Archive &archive;
  const std::string &folder, &config;
  bool verify;
  std::unordered_set<std::string> verified;

  Error error(const std::string &fqn, const std::string &what,
              const std::string &todo = "write it again with torch.export.save(program, path)") const {
    return Error{"the tensor '" + fqn + "': " + what, archive.path() + ": " + config, todo};
  }
};
} // namespace

Status readPayloads(const Archive &archive, const std::string &model, const char *kind,
                    const std::unordered_map<std::string, const TensorMeta *> &graphMetas, bool verify,
                    std::unordered_map<std::string, TensorView> &views) {
  std::string folder = std::string("data/") + kind + "/", config;
  // The second name is older writers'.
  for (const std::string &name :
       {"_" + std::string(kind) + "_config.json",
        std::string(kind == std::string_view("weights") ? "_model_param_config.json" : "_model_constants_config.json")})
    if (config.empty() && archive.hasEntry(folder + model + name))
      config = folder + model + name;
  if (config.empty())
    return Status();
  std::string buffer;
  auto text = archive.text(config, buffer);
  if (!text)
    return text.error();
  auto json = parseJson(*text);
  auto error = [&](const std::string &what) {
    return Error{what, archive.path() + ": " + config, "the archive is corrupt, or not what torch.export.save writes"};
  };
  if (!json)
    return error(json.error().what);
  Json *entries = json->get("config");
  if (!entries)
    entries = &*json;
  if (!entries->isObject())
    return error("is " + std::string(jsonKindName(entries->kind)) + ", not an object");
  PayloadReader reader(archive, folder, config, verify);
  for (size_t i = 0; i < entries->items.size(); ++i) {
    const std::string &fqn = entries->keys[i];
    auto meta = graphMetas.find(fqn);
    auto view = reader.read(fqn, entries->items[i], meta == graphMetas.end() ? nullptr : meta->second);
    if (!view)
      return view.error();
    views[fqn] = std::move(*view);
  }
  return Status();
}

} // namespace mambac::pt2
