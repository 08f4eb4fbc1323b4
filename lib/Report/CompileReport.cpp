//===- CompileReport.cpp - What a compilation did, for people to look at ----------------------------------------===//
//
// Gathers the figures as JSON; lib/Report/page draws them.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Report/CompileReport.h"
#include "dialects/SSM/IR/SSM.h"
#include "lib/Report/MemoryProfile.h"
#include "lib/Report/OpKinds.h"
#include "lib/Report/ReportPage.h"
#include "lib/Report/WorkText.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <nlohmann/json.hpp>
#include <unistd.h>

using namespace mlir;
using namespace mambac;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

/// The lengths that the page offers, and the one that it begins with.
constexpr int64_t kLengths[] = {256, 1024, 2048, 4096, 16384};
constexpr int64_t kFirstLength = 2048;
/// As many points as a plot can show.
constexpr size_t kPoints = 1200;

/// Where the figures of a module are taken: its first entry, or its first function.
func::FuncOp mainFunction(ModuleOp module) {
  func::FuncOp first;
  for (auto func : module.getOps<func::FuncOp>()) {
    if (func.isExternal())
      continue;
    if (func->hasAttr("mambac.entry"))
      return func;
    if (func.isPublic() && !first)
      first = func;
  }
  return first;
}

/// Writes numbers in place of strings that recur.
class Table {
public:
  size_t number(const std::string &text) {
    auto [entry, isNew] = numbers.try_emplace(text, numbers.size());
    if (isNew)
      list.push_back(text);
    return entry->second;
  }
  json list = json::array();

private:
  std::map<std::string, size_t> numbers;
};

std::string placeText(const ModelPlace &place) {
  std::string file = place.file.substr(place.file.rfind('/') + 1);
  if (!place.line || file.empty())
    return place.module;
  return place.module + (place.module.empty() ? "" : ", ") + file + ":" + std::to_string(place.line);
}

/// The function's inputs as "input_ids 1 x 2048".
std::string inputsText(func::FuncOp func, ArrayRef<Shape> shapes) {
  std::string text;
  unsigned next = 0;
  for (unsigned i = 0; i < func.getNumArguments() && next < shapes.size(); ++i) {
    if (!isModelInput(func, i))
      continue;
    auto name = func.getArgAttrOfType<StringAttr>(i, "mambac.name");
    text += (text.empty() ? "" : ", ") + (name ? name.str() : "input " + std::to_string(next));
    const Shape &shape = shapes[next++];
    for (auto [dim, size] : llvm::enumerate(shape))
      text += (dim ? " \u00d7 " : " ") + std::to_string(size);
  }
  return text;
}

} // namespace

struct CompileReport::Data {
  std::string input, output;
  json page = json::object();
  std::shared_ptr<std::vector<CollectedRemark>> remarks;
  std::string stage;
  Clock::time_point begin = Clock::now(), stageBegin = begin;

  Table kinds, places;
  std::vector<int64_t> lengths;

  void endStage() {
    Clock::time_point now = Clock::now();
    if (!stage.empty())
      page["stages"].push_back({{"name", stage}, {"seconds", std::chrono::duration<double>(now - stageBegin).count()}});
    stageBegin = now;
  }

  /// Profiles without a word where it cannot be done: the page says that there is no figure.
  FailureOr<MemoryProfile> profile(func::FuncOp func, ArrayRef<Shape> shapes) {
    ScopedDiagnosticHandler quiet(func.getContext(), [](Diagnostic &) { return success(); });
    return profileMemory(func, shapes);
  }

  /// The lengths at which the entry's sizes differ at all.
  void chooseLengths(func::FuncOp func) {
    SmallVector<SmallVector<Shape>> seen;
    for (int64_t length : kLengths) {
      SmallVector<Shape> shapes = representativeShapes(func, length);
      if (llvm::is_contained(seen, shapes))
        continue;
      seen.push_back(shapes);
      lengths.push_back(length);
      page["shapes"].push_back({{"length", length}, {"text", inputsText(func, shapes)}});
    }
    auto first = llvm::find_if(kLengths, [](int64_t length) { return length == kFirstLength; });
    auto at = llvm::find(lengths, *first);
    page["firstShape"] = at == lengths.end() ? lengths.size() - 1 : at - lengths.begin();
  }

  /// The memory of one stage at each length.
  void recordMemory(const char *stage, func::FuncOp func) {
    json &list = page["memory"][stage] = json::array();
    for (int64_t length : lengths) {
      FailureOr<MemoryProfile> found = profile(func, representativeShapes(func, length));
      if (failed(found)) {
        list.push_back(nullptr);
        continue;
      }
      auto label = [&](Operation *op) {
        return json::array({kinds.number(op ? opKindOrName(op) : ""),
                            places.number(op ? placeText(modelPlace(op->getLoc())) : "")});
      };
      json points = json::array();
      size_t count = found->points.size(), buckets = std::min(count, kPoints);
      for (size_t bucket = 0; bucket < buckets; ++bucket) {
        size_t from = bucket * count / buckets, to = (bucket + 1) * count / buckets, best = from;
        for (size_t i = from; i < to; ++i)
          if (found->points[i].live > found->points[best].live)
            best = i;
        const MemoryProfile::Point &point = found->points[best];
        json words = label(point.op);
        points.push_back({best, point.live, words[0], words[1]});
      }
      list.push_back({{"largest", found->largest},
                      {"largestOp", label(found->largestOp)},
                      {"largestShape", std::vector<int64_t>(found->largestShape.begin(), found->largestShape.end())},
                      {"peak", found->peak},
                      {"peakOp", label(found->peakOp)},
                      {"ops", count},
                      {"points", points}});
    }
  }

  static std::string opKindOrName(Operation *op) {
    if (auto call = dyn_cast<func::CallOp>(op))
      return call.getCallee().str();
    std::string kind = opKind(op);
    return kind.empty() ? op->getName().getStringRef().str() : kind;
  }

  /// Ops of one stage by module path and kind: how many, and the bytes that they write at the first length.
  void recordGraph(const char *stage, ModuleOp module, func::FuncOp func) {
    llvm::DenseMap<Operation *, int64_t> written;
    if (!lengths.empty()) {
      FailureOr<MemoryProfile> found =
          profile(func, representativeShapes(func, lengths[page["firstShape"].get<size_t>()]));
      if (succeeded(found))
        for (const MemoryProfile::Point &point : found->points)
          written[point.op] += point.fresh;
    }
    std::map<std::pair<std::string, std::string>, std::pair<int64_t, int64_t>> counts;
    int64_t total = 0;
    module.walk<WalkOrder::PreOrder>([&](Operation *op) {
      std::string kind = opKind(op);
      if (!kind.empty()) {
        auto &[number, bytes] = counts[{modelPlace(op->getLoc()).module, kind}];
        ++number;
        ++total;
        bytes += written.lookup(op);
      }
      return isa<linalg::LinalgOp>(op) ? WalkResult::skip() : WalkResult::advance();
    });
    json rows = json::array();
    for (const auto &[key, figures] : counts)
      rows.push_back({places.number(key.first), kinds.number(key.second), figures.first, figures.second});
    page["graph"][stage] = {{"ops", total}, {"rows", rows}};
  }
};

CompileReport::CompileReport(std::string input, std::string output) : data(std::make_unique<Data>()) {
  data->input = std::move(input);
  data->output = std::move(output);
  data->page["stages"] = json::array();
  data->page["shapes"] = json::array();
  data->page["memory"] = json::object();
  data->page["graph"] = json::object();
}

CompileReport::~CompileReport() = default;

void CompileReport::listen(MLIRContext &context) { data->remarks = collectRemarks(context); }

void CompileReport::beginStage(const std::string &name) {
  data->endStage();
  data->stage = name;
}

void CompileReport::recordImported(ModuleOp module) {
  Clock::time_point begin = Clock::now();
  if (auto name = module->getAttrOfType<StringAttr>("mambac.model"))
    data->page["model"] = name.str();
  std::map<std::string, uint64_t> weights;
  module.walk([&](ssm::WeightOp weight) {
    auto type = cast<RankedTensorType>(weight.getType());
    weights[weight.getName().str()] = type.getNumElements() * ((type.getElementTypeBitWidth() + 7) / 8);
  });
  uint64_t bytes = 0;
  for (const auto &weight : weights)
    bytes += weight.second;
  data->page["weights"] = {{"tensors", weights.size()}, {"bytes", bytes}};
  if (func::FuncOp func = mainFunction(module)) {
    data->chooseLengths(func);
    data->recordMemory("before", func);
    data->recordGraph("before", module, func);
  }
  data->stageBegin += Clock::now() - begin; // the report's own time is no stage's
}

void CompileReport::recordRaised(ModuleOp module) {
  Clock::time_point begin = Clock::now();
  if (func::FuncOp func = mainFunction(module)) {
    data->recordMemory("after", func);
    data->recordGraph("after", module, func);
  }
  data->stageBegin += Clock::now() - begin;
}

void CompileReport::recordScheduled(ModuleOp module) {
  Clock::time_point begin = Clock::now();
  func::FuncOp func = mainFunction(module);
  auto list = module->getAttrOfType<ArrayAttr>("mambac.kernels");
  if (func && list) {
    data->recordMemory("scheduled", func);
    std::vector<std::string> names;
    if (auto symbols = func->getAttrOfType<ArrayAttr>("mambac.symbols"))
      for (Attribute symbol : symbols) {
        auto name = cast<DictionaryAttr>(symbol).getAs<StringAttr>("name");
        names.push_back(name ? name.str() : "s" + std::to_string(names.size()));
      }
    std::vector<std::vector<int64_t>> values;
    for (int64_t length : data->lengths) {
      std::string error;
      ShapeEvaluator shapes = ShapeEvaluator::create(func, representativeShapes(func, length), error);
      values.emplace_back();
      for (std::optional<int64_t> value : shapes.symbolValues())
        values.back().push_back(value.value_or(1));
      values.back().resize(names.size(), 1);
    }
    json kernels = json::array();
    for (Attribute attr : list) {
      auto kernel = cast<DictionaryAttr>(attr);
      auto text = [&](StringRef key) {
        auto value = kernel.getAs<StringAttr>(key);
        return value ? value.str() : std::string();
      };
      json flops = json::array(), bytes = json::array();
      for (const std::vector<int64_t> &at : values) {
        flops.push_back(evaluateWork(text("flops_text"), names, at));
        bytes.push_back(evaluateWork(text("bytes_text"), names, at));
      }
      kernels.push_back({{"name", text("name")},
                         {"kind", text("kind")},
                         {"module", data->places.number(text("module"))},
                         {"flops", flops},
                         {"bytes", bytes}});
    }
    data->page["kernels"] = kernels;
  }
  data->stageBegin += Clock::now() - begin;
}

void CompileReport::recordPackedWeights(uint64_t bytes) { data->page["weights"]["packed"] = bytes; }

void CompileReport::recordProduct(const std::string &kind, const std::string &cpu) {
  uint64_t bytes = 0, beside = 0;
  json &product = data->page["product"] = {{"path", data->output}, {"kind", kind}, {"cpu", cpu}};
  if (data->output != "-" && !llvm::sys::fs::file_size(data->output, bytes))
    product["bytes"] = bytes;
  if (data->output != "-" && !llvm::sys::fs::file_size(data->output + ".weights", beside))
    product["weightsBeside"] = beside;
}

std::string CompileReport::write(const std::string &path) {
  data->endStage();
  data->stage.clear();
  json &page = data->page;
  page["input"] = llvm::sys::path::filename(data->input).str();
  page["version"] = MAMBAC_VERSION;
  page["seconds"] = 0.0;
  for (const json &stage : page["stages"])
    page["seconds"] = page["seconds"].get<double>() + stage["seconds"].get<double>();
  json remarks = json::array();
  if (data->remarks)
    for (const CollectedRemark &remark : *data->remarks)
      remarks.push_back({{"found", remark.found},
                         {"what", remark.what},
                         {"reason", remark.reason},
                         {"place", data->places.number(placeText({remark.module, remark.file, remark.line}))}});
  page["remarks"] = remarks;
  page["kinds"] = data->kinds.list;
  page["places"] = data->places.list;
  std::string title = page.contains("model") ? page["model"].get<std::string>() : page["input"].get<std::string>();
  // Names that are no UTF-8 are shown with replacement characters.
  std::string text =
      buildReportPage(title, page.dump(-1, ' ', /*ensure_ascii=*/true, nlohmann::json::error_handler_t::replace));

  std::string beside = path + "." + std::to_string(getpid());
  std::error_code code;
  {
    llvm::raw_fd_ostream out(beside, code);
    if (!code) {
      out << text;
      out.flush();
      code = out.error();
      out.clear_error();
    }
  }
  if (!code)
    code = llvm::sys::fs::rename(beside, path);
  if (!code)
    return "";
  llvm::sys::fs::remove(beside);
  return "cannot write " + path + ": " + code.message();
}
