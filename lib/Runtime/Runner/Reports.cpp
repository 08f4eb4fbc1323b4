//===- Reports.cpp - What mamba-run prints ------------------------------------------------------------------------===//
//
// See Reports.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Reports.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

using namespace mambac::runner;

//===----------------------------------------------------------------------===//
// Signature and outputs
//===----------------------------------------------------------------------===//

static void printValues(const char *title, const mambac_value_info *values, int32_t count) {
  for (int32_t i = 0; i < count; ++i) {
    std::string shape;
    for (int32_t d = 0; d < values[i].rank; ++d)
      shape += (d ? ", " : "") + std::string(values[i].dim_texts[d]);
    printf("  %s %d: %s %s (%s)", title, i, values[i].name, values[i].dtype_name, shape.c_str());
    if (values[i].index_limit)
      printf(", in [0, %lld)", (long long)values[i].index_limit);
    if (values[i].state >= 0)
      printf(", state %d", values[i].state);
    if (*values[i].role)
      printf(", %s", values[i].role);
    printf("\n");
  }
}

/// The bytes of scratch memory that a run takes: as a formula, and at these sizes.
static void printScratch(const Session &session, int32_t index, const std::vector<int64_t> &sizes) {
  const mambac_entry_info *entry = mambac_get_entry(session.getModel(), index);
  int64_t bytes = 0;
  if (mambac_shapes(session.getState(), index, sizes.data(), nullptr, nullptr, &bytes))
    throw BadInput(mambac_state_error(session.getState()));
  std::string at;
  for (int32_t i = 0; i < entry->num_symbols; ++i)
    at += (i ? ", " : " at ") + std::string(entry->symbols[i].name) + " = " + std::to_string(sizes[size_t(i)]);
  printf("  scratch: %lld bytes%s", (long long)bytes, at.c_str());
  if (entry->num_symbols && *entry->scratch_text)
    printf(" (%s)", entry->scratch_text);
  printf("\n");
}

/// What is known of the text, in one line; nothing where that is nothing.
static void printText(const mambac_text_info &text) {
  std::string line;
  auto add = [&](const std::string &part) { line += (line.empty() ? "text: " : ", ") + part; };
  if (text.vocabulary)
    add("vocabulary of " + std::to_string(text.vocabulary));
  if (text.bos >= 0)
    add("begins with " + std::to_string(text.bos));
  for (int32_t i = 0; i < text.num_eos; ++i)
    add("ends with " + std::to_string(text.eos[i]));
  if (text.capacity)
    add("up to " + std::to_string(text.capacity) + " tokens");
  if (text.tokenizer)
    add("tokenizer of " + std::to_string(text.tokenizer_bytes) + " bytes");
  if (text.chat_begin)
    add("conversations");
  if (!line.empty())
    printf("%s\n", line.c_str());
}

void mambac::runner::printSignature(const Session &session) {
  const mambac_model *model = session.getModel();
  printf("model %s, %lld bytes of weights\n", mambac_model_name(model), (long long)mambac_weights_bytes(model));
  printf("code for");
  for (int32_t l = 0; l < mambac_num_levels(model); ++l)
    printf("%s %s%s", l ? "," : "", mambac_level_name(model, l), l == mambac_level_in_use(model) ? " (in use)" : "");
  printf("\n");
  if (*mambac_tuning(model))
    printf("tuned %s\n", mambac_tuning(model));
  printText(*mambac_get_text(model));
  for (int32_t e = 0; e < mambac_num_entries(model); ++e) {
    const mambac_entry_info *entry = mambac_get_entry(model, e);
    printf("entry %s\n", entry->name);
    for (int32_t i = 0; i < entry->num_symbols; ++i) {
      const mambac_symbol_info &symbol = entry->symbols[i];
      printf("  size %s: %lld", symbol.name, (long long)symbol.min);
      if (symbol.max == INT64_MAX)
        printf(" or more");
      else
        printf(" to %lld", (long long)symbol.max);
      if (symbol.multiple_of > 1)
        printf(", a multiple of %lld", (long long)symbol.multiple_of);
      if (i == entry->length_symbol)
        printf(", the length of the text, in chunks of %lld", (long long)entry->chunk);
      printf("\n");
    }
    printValues("input", entry->inputs, entry->num_inputs);
    printValues("output", entry->outputs, entry->num_outputs);
    std::vector<int64_t> sizes = entry == &session.getEntry() ? session.symbols : Session::smallestSizes(*entry);
    sizes.resize(sizes.size() + 1); // so that data() is never null
    printScratch(session, e, sizes);
  }
}

void mambac::runner::printOutputs(const Session &session) {
  for (size_t i = 0; i < session.outputs.size(); ++i) {
    const Tensor &output = session.outputs[i];
    const mambac_value_info &value = session.getEntry().outputs[i];
    double smallest = INFINITY, largest = -INFINITY, sum = 0;
    int64_t count = output.countElements(), nans = 0;
    for (int64_t j = 0; j < count; ++j) {
      double element = output.get(j);
      nans += std::isnan(element);
      smallest = std::min(smallest, element);
      largest = std::max(largest, element);
      sum += element;
    }
    printf("%s %s %s", value.name, value.dtype_name, describeShape(output.shape).c_str());
    if (count)
      printf(": %.6g to %.6g, mean %.6g", smallest, largest, sum / double(count));
    if (nans)
      printf(", %lld not a number", (long long)nans);
    printf("\n");
  }
}

bool mambac::runner::compareOutput(const std::string &name, const Tensor &output, const std::string &path,
                                   double tolerance) {
  Tensor expected = readNpy(path, output.dtype);
  if (expected.shape != output.shape)
    throw BadInput("output " + name + ": " + path + " has shape " + describeShape(expected.shape) + ", the output " +
                   describeShape(output.shape));
  double difference = 0, magnitude = 0, squares = 0, expectedSquares = 0;
  for (int64_t i = 0, e = output.countElements(); i < e; ++i) {
    double want = expected.get(i), got = output.get(i);
    if (want == got || (std::isnan(want) && std::isnan(got)))
      got = want = std::isfinite(want) ? want : 0; // equal infinities have no difference
    double error = std::fabs(got - want);
    // Not std::max, which would drop a NaN.
    difference = error > difference || std::isnan(error) ? error : difference;
    if (std::isfinite(want))
      magnitude = std::max(magnitude, std::fabs(want));
    squares += error * error;
    expectedSquares += want * want;
  }
  double share = magnitude > 0 ? difference / magnitude : difference;
  double rms = expectedSquares > 0 ? std::sqrt(squares / expectedSquares) : std::sqrt(squares);
  printf("%s: largest difference %.3g (%.3g of the largest magnitude %.4g), root mean square %.3g of %s\n", name.c_str(),
         difference, share, magnitude, rms, path.c_str());
  return tolerance < 0 || share <= tolerance;
}

//===----------------------------------------------------------------------===//
// Profile
//===----------------------------------------------------------------------===//

void mambac::runner::printProfile(mambac_state *state) {
  std::vector<mambac_profile_row> rows;
  double total = 0;
  for (int32_t i = 0; i < mambac_profile_size(state); ++i) {
    mambac_profile_row row;
    if (mambac_profile_get(state, i, &row) == MAMBAC_OK && row.calls)
      rows.push_back(row);
  }
  for (const mambac_profile_row &row : rows)
    total += row.seconds;
  std::sort(rows.begin(), rows.end(), [](const auto &a, const auto &b) {
    return a.seconds != b.seconds ? a.seconds > b.seconds : strcmp(a.kernel, b.kernel) < 0;
  });
  if (rows.empty()) {
    printf("no kernels were measured\n");
    return;
  }
  size_t moduleWidth = 6, kernelWidth = 6, kindWidth = 4;
  for (const mambac_profile_row &row : rows) {
    moduleWidth = std::max(moduleWidth, strlen(row.module));
    kernelWidth = std::max(kernelWidth, strlen(row.kernel));
    kindWidth = std::max(kindWidth, strlen(row.kind));
  }
  printf("%-*s  %-*s  %-*s %7s %11s %6s %11s %8s %11s %8s\n", int(moduleWidth), "module", int(kernelWidth), "kernel",
         int(kindWidth), "kind", "calls", "ms", "share", "flops", "GFLOP/s", "bytes", "GB/s");
  for (const mambac_profile_row &row : rows) {
    printf("%-*s  %-*s  %-*s %7lld %11.4f %5.1f%%", int(moduleWidth), row.module, int(kernelWidth), row.kernel,
           int(kindWidth), row.kind, (long long)row.calls, row.seconds * 1e3, total > 0 ? 100 * row.seconds / total : 0);
    for (double amount : {row.flops, row.bytes}) {
      if (amount > 0 && row.seconds > 0)
        printf(" %11.4g %8.1f", amount, amount / row.seconds * 1e-9);
      else
        printf(" %11s %8s", "-", "-");
    }
    printf("\n");
  }
  printf("%-*s  %-*s  %-*s %7s %11.4f\n", int(moduleWidth), "all kernels", int(kernelWidth), "", int(kindWidth), "", "",
         total * 1e3);
}

//===----------------------------------------------------------------------===//
// Benchmark
//===----------------------------------------------------------------------===//

/// The most memory that this process has had in use at once, in bytes; mapped weights count as far as they were read.
static int64_t readPeakBytes() {
  int64_t kilobytes = 0;
  if (FILE *file = fopen("/proc/self/status", "re")) {
    char line[256];
    long long value;
    while (fgets(line, sizeof line, file))
      if (sscanf(line, "VmHWM: %lld", &value) == 1)
        kilobytes = value;
    fclose(file);
  }
  return kilobytes * 1024;
}

void mambac::runner::benchmark(Session &session, int runs, bool profile) {
  std::vector<double> seconds(static_cast<size_t>(runs));
  for (double &time : seconds) {
    auto start = std::chrono::steady_clock::now();
    session.run();
    time = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  if (profile)
    printProfile(session.getState());
  std::sort(seconds.begin(), seconds.end());
  size_t middle = seconds.size() / 2;
  double median = seconds.size() % 2 ? seconds[middle] : (seconds[middle - 1] + seconds[middle]) / 2;
  nlohmann::ordered_json report;
  report["entry"] = session.getEntry().name;
  report["runs"] = runs;
  report["median_s"] = median;
  report["min_s"] = seconds.front();
  report["peak_bytes"] = readPeakBytes();
  report["scratch_bytes"] = session.scratchBytes;
  report["weights_bytes"] = mambac_weights_bytes(session.getModel());
  int64_t tensorBytes = 0;
  for (const std::vector<Tensor> *tensors : {&session.inputs, &session.outputs})
    for (const Tensor &tensor : *tensors)
      tensorBytes += int64_t(tensor.bytes.size());
  report["tensor_bytes"] = tensorBytes;
  report["threads"] = mambac_state_threads(session.getState());
  report["symbols"] = nlohmann::ordered_json::object();
  for (size_t i = 0; i < session.symbols.size(); ++i)
    report["symbols"][session.getEntry().symbols[i].name] = session.symbols[i];
  printf("%s\n", report.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
}
