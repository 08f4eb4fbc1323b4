// The exported program as plain C++ structs: what models/<name>.json of a .pt2 archive says, in the shape that the
// importer wants it. Only the standard library is used (no LLVM, no JSON types), so that the reader can be sanitized
// and fuzzed whole. The structs carry no meaning of ops: targets are strings, arguments a tagged union. Everything here
// was checked while reading only as far as form goes: that a named tensor exists, for instance, is the importer's to
// check (findTensor).
#ifndef MAMBAC_IMPORT_GRAPH_H
#define MAMBAC_IMPORT_GRAPH_H

#include "lib/Import/Contract.h"
#include "lib/Import/ShapeExpr.h"

namespace mambac::pt2 {

/// Element types, by the numbers that torch's export schema gives them (they are not c10's).
enum class DType : uint8_t {
  Unknown = 0,
  UInt8 = 1,
  Int8 = 2,
  Int16 = 3,
  Int32 = 4,
  Int64 = 5,
  Float16 = 6,
  Float32 = 7,
  Float64 = 8,
  Complex32 = 9,
  Complex64 = 10,
  Complex128 = 11,
  Bool = 12,
  BFloat16 = 13,
  UInt16 = 28,
  Float8E4M3FN = 29,
  Float8E5M2 = 30,
  Float8E4M3FNUZ = 31,
  Float8E5M2FNUZ = 32,
  Float8E8M0FNU = 33,
  UInt32 = 34,
  UInt64 = 35,
};

/// Bytes of one element; 0 for Unknown.
unsigned dtypeSize(DType type);
/// "f32", "bf16", "i64", "bool", … ("unknown" for Unknown).
const char *dtypeName(DType type);

/// torch.layout, schema numbers.
enum class Layout : uint8_t { Unknown, SparseCoo, SparseCsr, SparseCsc, SparseBsr, SparseBsc, Mkldnn, Strided };
/// torch.memory_format, schema numbers.
enum class MemoryFormat : uint8_t { Unknown, Contiguous, ChannelsLast, ChannelsLast3d, Preserve };

struct Graph;

/// An argument or a result: a tagged union. Lists of any kind (as_tensors, as_ints, as_sym_ints, as_optional_tensors,
/// …) are Kind::List with one Argument an element, so that `[2, s0, 4]` is a list of Int, SymInt, Int.
struct Argument {
  enum class Kind : uint8_t {
    None,         ///< Python's None, also an absent optional tensor
    Tensor,       ///< name: key of Graph::tensors
    Int,          ///< intValue
    Float,        ///< floatValue
    Bool,         ///< intValue 0 or 1
    String,       ///< name holds the text
    Complex,      ///< floatValue, imagValue
    SymInt,       ///< name: key of Graph::symInts; or name empty and expr the expression itself
    SymFloat,     ///< name: key of Graph::symFloats
    SymBool,      ///< name: key of Graph::symBools
    ScalarType,   ///< dtype()
    MemoryFormat, ///< memoryFormat()
    Layout,       ///< layout()
    Device,       ///< name: "cpu", "cuda:0"
    Operator,     ///< name: the operator
    CustomObject, ///< name: the graph's name of it
    Token,        ///< name
    Graph,        ///< graph: a sub-graph of a higher-order op; name: its attribute name
    List,         ///< elements
    Dict,         ///< elements: String key, value, key, value, …
    Unsupported,  ///< name: a tag that this reader does not know ("as_future_thing")
  };

  Kind kind = Kind::None;
  int64_t intValue = 0;
  double floatValue = 0, imagValue = 0;
  std::string name;
  ShapeExpr expr;
  std::vector<Argument> elements;
  std::shared_ptr<const pt2::Graph> graph;

  bool is(Kind k) const { return kind == k; }
  bool isNone() const { return kind == Kind::None; }
  bool isTensor() const { return kind == Kind::Tensor; }
  bool isInt() const { return kind == Kind::Int; }
  bool isList() const { return kind == Kind::List; }
  bool asBool() const { return intValue != 0; }
  pt2::DType dtype() const { return static_cast<pt2::DType>(intValue); }
  pt2::MemoryFormat memoryFormat() const { return static_cast<pt2::MemoryFormat>(intValue); }
  pt2::Layout layout() const { return static_cast<pt2::Layout>(intValue); }
};

/// "as_tensor"-like word for diagnostics: "tensor", "int", "list", …
const char *kindName(Argument::Kind kind);

/// An input of a node, under the name that the operator's schema gives it. Arguments that stand at their default are
/// not in the archive.
struct NamedArgument {
  std::string name;
  Argument arg;
  bool isKeyword = false;
};

/// What is known about a tensor value.
struct TensorMeta {
  DType dtype = DType::Unknown;
  Layout layout = Layout::Strided;
  bool requiresGrad = false;
  std::vector<ShapeExpr> sizes, strides;
  ShapeExpr storageOffset;
  std::string device = "cpu";
};

/// One call of the graph.
struct Node {
  std::string target; ///< "torch.ops.aten.linear.default", "torch.ops.higher_order.wrap_with_set_grad_enabled",
                      ///< "_operator.getitem", …
  std::string name;   ///< the node's name in the fx graph; may be empty
  std::vector<NamedArgument> inputs;
  std::vector<Argument>
      outputs; ///< mostly one Tensor; a List for Tensor[] results (split); several for tuples; SymInt for sym_size
  std::string modulePath;  ///< "backbone.layers.0.mixer", empty for the root
  std::string moduleClass; ///< "transformers.models.mamba2.modeling_mamba2.Mamba2Mixer", may be empty
  std::string sourceFile;  ///< last "File" of the stack trace: the line of model code; may be empty
  unsigned sourceLine = 0; ///< 0 when not known

  /// The input of that name, or null.
  const Argument *input(std::string_view name) const;
};

/// The main graph or a sub-graph of a higher-order op. Values are named; names are unique within one graph.
struct Graph {
  std::vector<Argument> inputs, outputs;
  std::vector<Node> nodes; ///< in execution order
  std::unordered_map<std::string, TensorMeta> tensors;
  std::unordered_map<std::string, ShapeExpr> symInts;
  std::unordered_map<std::string, std::string> symBools, symFloats; ///< the expression as text
  /// Values that are in none of the maps above because their expressions cannot be read, with the reason: an error only
  /// when something uses them.
  std::unordered_map<std::string, std::string> unreadable;
  bool isSingleTensorReturn = false;

  const TensorMeta *findTensor(const std::string &name) const;
  const ShapeExpr *findSymInt(const std::string &name) const;
};

/// Where an input of the main graph comes from.
struct InputSpec {
  enum class Kind : uint8_t {
    UserInput,      ///< arg: Tensor, SymInt, or a constant (None, Int, Float, Bool, String) that the export fixed
    Parameter,      ///< target: name in the archive
    Buffer,         ///< target: name in the archive; persistent or not
    TensorConstant, ///< target: name in the archive (lifted constants)
    CustomObject,   ///< target: name of the object; never loaded
    Token,
    ConstantInput, ///< arg: the fixed value; argument name in userName
  };
  Kind kind = Kind::UserInput;
  Argument arg;         ///< the graph's value: arg.name is its name
  std::string target;   ///< ExportedProgram::findWeight(target)
  std::string userName; ///< UserInput, ConstantInput: the name that a user knows ("input_ids"); never empty for tensors
  bool persistent = true;
};

/// What an output of the main graph is for.
struct OutputSpec {
  enum class Kind : uint8_t {
    UserOutput,
    LossOutput,
    BufferMutation,    ///< target: the buffer's name in the archive
    ParameterMutation, ///< target: the parameter's name in the archive
    UserInputMutation, ///< target: the name of the user input that is overwritten
    GradientToParameter,
    GradientToUserInput,
    Token,
  };
  Kind kind = Kind::UserOutput;
  Argument arg; ///< Tensor, SymInt or a constant
  std::string target;
  std::string userName; ///< UserOutput: from the model's output structure ("logits") where it has one, else the graph's
                        ///< name of the value
};

/// One model of an archive, without its weights.
struct Program {
  std::string name;         ///< "model" for models/model.json
  std::string torchVersion; ///< "2.13.0"
  int schemaMajor = 0, schemaMinor = 0;
  SymbolTable symbols; ///< every expression of the program refers to these
  Graph graph;
  std::vector<InputSpec> inputs;   ///< one for each of graph.inputs, in order
  std::vector<OutputSpec> outputs; ///< one for each of graph.outputs, in order
  std::vector<std::string>
      guards; ///< guards_code as exported: Python conditions on the inputs, e.g. "L['x'].size()[1] % 8 == 0"
  Contract contract; ///< of the archive that it is from
};

} // namespace mambac::pt2

#endif // MAMBAC_IMPORT_GRAPH_H
