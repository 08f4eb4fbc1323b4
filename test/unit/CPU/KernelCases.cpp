//===- KernelCases.cpp - Ops as kernels and as definitions --------------------------------------------------------===//
#include "test/unit/CPU/KernelCases.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace mambac::test;

std::string mambac::test::pipelineFor(const std::string &tiles) {
  llvm::StringRef pipeline = kKernelPipeline, first = "mambac-expand-kernels";
  EXPECT_TRUE(pipeline.consume_front(first));
  return tiles.empty() ? kKernelPipeline : (first + "{" + tiles + "}" + pipeline).str();
}

static std::vector<int64_t> shapeOf(const Operand &operand, const std::map<char, int64_t> &sizes) {
  std::vector<int64_t> shape;
  llvm::SmallVector<llvm::StringRef> axes;
  llvm::StringRef(operand.axes).split(axes, ' ', -1, false);
  for (llvm::StringRef axis : axes) {
    int64_t size = sizes.at(axis[0]), divisor = 1;
    if (axis.size() > 2)
      axis.drop_front(2).getAsInteger(10, divisor);
    // Windows are one shorter than the taps, or have a size of their own.
    if (axis == "k" && (operand.name == "initial_window" || operand.name == "outs"))
      size = sizes.count('w') ? sizes.at('w') : size - 1;
    shape.push_back(size / divisor);
  }
  return shape;
}

size_t Case::placeOf(size_t destination) const {
  if (inPlace.empty() || destination + 1 != operands.size())
    return destination;
  return size_t(llvm::find_if(operands, [&](const Operand &operand) { return operand.name == inPlace; }) - operands.begin());
}

/// The op's text on values %a0, %a1, ... of memrefs or tensors.
static std::string opText(const Case &c, const std::vector<Buffer> &buffers, const std::string &kind) {
  std::string text;
  std::vector<std::string> inAxes, outAxes, outNames, outTypeList, listed, listedTypes;
  for (size_t i = 0; i < c.operands.size(); ++i) {
    std::string value = (kind == "tensor" ? "%t" : "%a") + std::to_string(i), type = buffers[i].text(kind, c.dynamic);
    if (c.operands[i].name == "outs") {
      outAxes.push_back(c.operands[i].axes);
      outNames.push_back(kind == "tensor" ? value : "%a" + std::to_string(c.placeOf(i)));
      outTypeList.push_back(type);
    } else {
      inAxes.push_back(c.operands[i].axes);
      if (c.operands[i].name == "ins") {
        listed.push_back(value);
        listedTypes.push_back(type);
        continue;
      }
      text += " " + c.operands[i].name + "(" + value + " : " + type + ")";
    }
  }
  if (!listed.empty())
    text += " ins(" + llvm::join(listed, ", ") + " : " + llvm::join(listedTypes, ", ") + ")";
  if (c.op == "ssm.cumsum" || c.op == "ssm.segsum")
    return c.op + " " + c.attributes + text + " outs(" + outNames[0] + " : " + outTypeList[0] + ")";
  std::string equation = "\"" + llvm::join(inAxes, ", ") + " -> " + llvm::join(outAxes, ", ") + "\"";
  return c.op + " " + equation + " " + c.attributes + text + " " + c.flags + " outs(" +
         llvm::join(outNames, ", ") + " : " + llvm::join(outTypeList, ", ") + ") " + c.attributesBehind;
}

void mambac::test::check(const Case &c, int vectorBytes, unsigned seed) {
  if (!hasVectors(vectorBytes))
    return;
  std::mt19937 random(seed);
  std::vector<Buffer> buffers, wide;
  for (const Operand &operand : c.operands) {
    buffers.emplace_back(operand.type, shapeOf(operand, c.sizes));
    wide.emplace_back(operand.type == "i64" ? "i64" : "f64", buffers.back().shape);
    std::uniform_real_distribution<double> numbers(operand.low, operand.high);
    for (int64_t i = 0; i < buffers.back().count(); ++i) {
      buffers.back().set(i, operand.name == "outs" && operand.low == operand.high ? NAN : numbers(random));
      wide.back().set(i, buffers.back().get(i));
    }
  }
  std::string kernelArgs, oracleArgs, toTensors, fromTensors, results;
  unsigned outs = 0;
  for (size_t i = 0; i < buffers.size(); ++i) {
    std::string n = std::to_string(i), comma = i ? ", " : "";
    std::string memref = wide[i].text("memref", c.dynamic), tensor = wide[i].text("tensor", c.dynamic);
    kernelArgs += comma + "%a" + n + ": " + buffers[i].text("memref", c.dynamic);
    oracleArgs += comma + "%a" + n + ": " + memref;
    toTensors += "%t" + n + " = bufferization.to_tensor %a" + n + " restrict : " + memref + " to " + tensor + "\n";
    if (c.operands[i].name != "outs")
      continue;
    std::string result = "%r" + std::to_string(outs);
    results += (outs++ ? ", " : "") + result;
    fromTensors += "bufferization.materialize_in_destination " + result + " in restrict writable %a" + n + " : (" +
                   tensor + ", " + memref + ") -> ()\n";
  }
  std::string target = "attributes {mambac.target = {vector_bytes = " + std::to_string(vectorBytes) + " : i64}}";
  std::string kernel = "module " + target + " { func.func @f(" + kernelArgs + ") attributes {llvm.emit_c_interface} {\n" +
                       opText(c, buffers, "memref") + "\nreturn } }";
  std::string oracle = "func.func @f(" + oracleArgs + ") attributes {llvm.emit_c_interface} {\n" + toTensors + results +
                       " = " + opText(c, wide, "tensor") + "\n" + fromTensors + "return }";
  std::string error;
  auto compiledKernel = Compiled::make(kernel, pipelineFor(c.tiles), error);
  ASSERT_TRUE(compiledKernel) << error;
  auto compiledOracle = Compiled::make(oracle, kOraclePipeline, error);
  ASSERT_TRUE(compiledOracle) << error;
  std::vector<Buffer *> args, wideArgs;
  for (size_t i = 0; i < buffers.size(); ++i)
    args.push_back(&buffers[i]), wideArgs.push_back(&wide[i]);
  compiledKernel->run(args);
  compiledOracle->run(wideArgs);

  for (size_t i = 0; i < buffers.size(); ++i) {
    if (c.operands[i].name != "outs")
      continue;
    const Buffer &written = buffers[c.placeOf(i)];
    double most = 0, worst = 0;
    // Segments above the diagonal are -infinity on both sides.
    for (int64_t j = 0; j < written.count(); ++j) {
      double expected = wide[i].get(j), difference = std::fabs(written.get(j) - expected);
      if (std::isinf(expected) && written.get(j) == expected)
        continue;
      most = std::max(most, std::fabs(expected));
      worst = std::isnan(difference) ? INFINITY : std::max(worst, difference);
    }
    // 16-bit results: half an ulp of their last rounding, and the f32 part. f32: decays of up to 100 steps with
    // exponents around 1 gather some 20 roundings.
    double tolerance = written.type == "bf16" ? 5e-3 : written.type == "f16" ? 7e-4 : 2e-6;
    EXPECT_LE(worst, tolerance * most) << "destination " << i << ", " << vectorBytes << "-byte vectors:\n" << kernel;
  }
}

void mambac::test::checkAllWidths(const Case &c, unsigned seed) {
  for (int bytes : {64, 32, 16})
    check(c, bytes, seed);
}
