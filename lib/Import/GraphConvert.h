// From small JSON trees to the structs of Graph.h: one argument, one node, one tensor's description, the signature. The
// reader calls these as soon as a tree is complete, and forgets the tree: all of them may move texts out of it.
#ifndef MAMBAC_IMPORT_GRAPHCONVERT_H
#define MAMBAC_IMPORT_GRAPHCONVERT_H

#include "lib/Import/Json.h"

namespace mambac::pt2 {

/// Reads expressions, each text once.
class ExprCache {
public:
  explicit ExprCache(SymbolTable &symbols) : symbols(symbols) {}
  Expected<ShapeExpr> read(const std::string &text);

private:
  SymbolTable &symbols;
  std::unordered_map<std::string, Expected<ShapeExpr>> known;
};

/// A member of a union: its only (or first non-null) tag and value. Null when `json` is no such object.
struct TaggedValue {
  const std::string *tag = nullptr;
  Json *value = nullptr;
};
TaggedValue taggedValue(Json &json);

/// {"as_tensor": {"name": "x"}} and all its siblings.
Expected<Argument> convertArgument(Json &json, ExprCache &exprs);
Expected<Node> convertNode(Json &json, ExprCache &exprs);
/// Sizes must be readable; strides that are not are left empty.
Expected<TensorMeta> convertTensorMeta(Json &json, ExprCache &exprs);
/// {"as_int": 8} or {"as_expr": {"expr_str": …}}.
Expected<ShapeExpr> convertSymInt(Json &json, ExprCache &exprs);
Expected<InputSpec> convertInputSpec(Json &json, ExprCache &exprs);
Expected<OutputSpec> convertOutputSpec(Json &json, ExprCache &exprs);

/// Fills Node::sourceFile and sourceLine from a Python stack trace: the innermost frame that is not PyTorch's own.
void readStackTrace(std::string_view trace, std::string &file, unsigned &line);
/// Fills Node::modulePath and moduleClass from "key,path,class;key,path,class".
void readModuleStack(std::string_view stack, std::string &path, std::string &moduleClass);
/// Names of the model's outputs from module_call_graph's out_spec ("logits", "state.0"); empty strings where the
/// structure has no names, an empty list when the text cannot be read.
std::vector<std::string> readOutputNames(std::string_view outSpec);
/// The divisor from a guard like "(L['x'].size()[1] % 8) == 0"; 0 when the guard is another one.
int64_t readDivisorGuard(std::string_view guard, std::string &input, unsigned &dim);

} // namespace mambac::pt2

#endif // MAMBAC_IMPORT_GRAPHCONVERT_H
