// The values of a graph while it is imported, with PyTorch's aliasing: a tensor may be a view of another, and an
// in-place op on one changes all that share its storage. Every value remembers how it is computed from its base and how
// it is written back into it; a write replaces the base's value, and the other views are computed again when they are
// next read. What is left afterwards has value semantics, as linalg on tensors wants it.
#ifndef MAMBAC_IMPORT_VALUES_H
#define MAMBAC_IMPORT_VALUES_H

#include "lib/Import/Emitter.h"

#include "llvm/ADT/StringMap.h"
#include <functional>
#include <memory>

namespace mambac::aten {

/// The view computed from its base's current value.
using ViewFn = std::function<Tensor(Emitter &, const Tensor &base)>;
/// The base's value after the view was overwritten by `part`; null where PyTorch allows no write (expanded tensors).
using WriteFn = std::function<Tensor(Emitter &, const Tensor &base, const Tensor &part)>;

/// What several views share.
struct Storage {
  unsigned version = 0;   ///< counts the writes
  std::string owner;      ///< "input 'x'", "weight 'a.b'": set where a write would be seen outside of the graph
  bool mayChange = false; ///< writes are reported as further results of the function
};

/// A named tensor of the graph.
class Binding {
public:
  /// A tensor with its own storage.
  explicit Binding(Tensor tensor, std::string owner = "");
  /// A view of `base`.
  Binding(std::shared_ptr<Binding> base, Tensor tensor, ViewFn view, WriteFn write);

  /// The tensor as it is now.
  const Tensor &read(Emitter &e);
  /// Replaces the contents; false where that is not possible.
  bool write(Emitter &e, const Tensor &contents);
  /// Type and sizes, without emitting anything.
  const Tensor &stale() const { return tensor; }
  Storage &getStorage() { return *storage; }

private:
  Tensor tensor;
  std::shared_ptr<Storage> storage;
  unsigned version = 0;
  std::shared_ptr<Binding> base;
  ViewFn view;
  WriteFn writeBack;
};

using BindingRef = std::shared_ptr<Binding>;

/// Names to values: one for the main graph, one for each sub-graph that is inlined.
using Scope = llvm::StringMap<BindingRef>;

} // namespace mambac::aten

#endif // MAMBAC_IMPORT_VALUES_H
