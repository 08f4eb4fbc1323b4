// See Values.h.
#include "lib/Import/Values.h"

namespace mambac::aten {

Binding::Binding(Tensor tensor, std::string owner) : tensor(std::move(tensor)), storage(std::make_shared<Storage>()) {
  storage->owner = std::move(owner);
}

Binding::Binding(std::shared_ptr<Binding> base, Tensor tensor, ViewFn view, WriteFn write)
    : tensor(std::move(tensor)), storage(base->storage), version(storage->version), base(std::move(base)),
      view(std::move(view)), writeBack(std::move(write)) {}

const Tensor &Binding::read(Emitter &e) {
  if (version != storage->version && base) {
    tensor = view(e, base->read(e));
    version = storage->version;
  }
  return tensor;
}

bool Binding::write(Emitter &e, const Tensor &contents) {
  if (base) {
    if (!writeBack)
      return false;
    if (!base->write(e, writeBack(e, base->read(e), contents)))
      return false;
  } else {
    ++storage->version;
  }
  tensor = contents;
  version = storage->version;
  return true;
}

} // namespace mambac::aten
