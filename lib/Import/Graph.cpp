// Names, sizes and look-ups of the structs in Graph.h.
#include "lib/Import/Graph.h"

namespace mambac::pt2 {

namespace {
struct DTypeInfo {
  DType type;
  unsigned size;
  const char *name;
};
constexpr DTypeInfo dtypes[] = {
    {DType::UInt8, 1, "u8"},
    {DType::Int8, 1, "i8"},
    {DType::Int16, 2, "i16"},
    {DType::Int32, 4, "i32"},
    {DType::Int64, 8, "i64"},
    {DType::Float16, 2, "f16"},
    {DType::Float32, 4, "f32"},
    {DType::Float64, 8, "f64"},
    {DType::Complex32, 4, "c32"},
    {DType::Complex64, 8, "c64"},
    {DType::Complex128, 16, "c128"},
    {DType::Bool, 1, "bool"},
    {DType::BFloat16, 2, "bf16"},
    {DType::UInt16, 2, "u16"},
    {DType::Float8E4M3FN, 1, "f8e4m3fn"},
    {DType::Float8E5M2, 1, "f8e5m2"},
    {DType::Float8E4M3FNUZ, 1, "f8e4m3fnuz"},
    {DType::Float8E5M2FNUZ, 1, "f8e5m2fnuz"},
    {DType::Float8E8M0FNU, 1, "f8e8m0fnu"},
    {DType::UInt32, 4, "u32"},
    {DType::UInt64, 8, "u64"},
};
} // namespace

unsigned dtypeSize(DType type) {
  for (const DTypeInfo &info : dtypes)
    if (info.type == type)
      return info.size;
  return 0;
}

const char *dtypeName(DType type) {
  for (const DTypeInfo &info : dtypes)
    if (info.type == type)
      return info.name;
  return "unknown";
}

const char *kindName(Argument::Kind kind) {
  static constexpr const char *names[] = {"none",    "tensor", "int",        "float",         "bool",  "string",
                                          "complex", "symint", "symfloat",   "symbool",       "dtype", "memory format",
                                          "layout",  "device", "operator",   "custom object", "token", "graph",
                                          "list",    "dict",   "unsupported"};
  return names[static_cast<size_t>(kind)];
}

const Argument *Node::input(std::string_view wanted) const {
  for (const NamedArgument &input : inputs)
    if (input.name == wanted)
      return &input.arg;
  return nullptr;
}

const TensorMeta *Graph::findTensor(const std::string &name) const {
  auto it = tensors.find(name);
  return it == tensors.end() ? nullptr : &it->second;
}

const ShapeExpr *Graph::findSymInt(const std::string &name) const {
  auto it = symInts.find(name);
  return it == symInts.end() ? nullptr : &it->second;
}

} // namespace mambac::pt2
