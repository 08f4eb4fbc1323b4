// Errors of the archive reader. A failed call says what is wrong, where (file, entry, node) and what to do; nothing is
// thrown and no LLVM type appears, so that sanitizers and fuzzers see the whole reader. It is not a general error
// library: the compiler's own passes use MLIR diagnostics.
#ifndef MAMBAC_IMPORT_STATUS_H
#define MAMBAC_IMPORT_STATUS_H

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace mambac::pt2 {

/// One error: three short texts; all but `what` may be empty.
struct Error {
  std::string what;  ///< "the tensor 'a.b' reaches beyond its storage"
  std::string where; ///< "model.pt2: data/weights/weight_3"
  std::string todo;  ///< "save it again with torch.export.save"

  /// "where: what; todo", to be printed behind "error: ".
  std::string message() const {
    std::string text = where.empty() ? what : where + ": " + what;
    if (!todo.empty())
      text += "; " + todo;
    return text;
  }
};

/// Success or an Error.
class [[nodiscard]] Status {
public:
  Status() = default;
  Status(Error error) : failure(std::move(error)) {}
  bool ok() const { return !failure; }
  explicit operator bool() const { return ok(); }
  const Error &error() const {
    assert(failure);
    return *failure;
  }

private:
  std::optional<Error> failure;
};

/// A value or an Error.
template <typename T> class [[nodiscard]] Expected {
public:
  Expected(T value) : state(std::in_place_index<0>, std::move(value)) {}
  Expected(Error error) : state(std::in_place_index<1>, std::move(error)) {}
  bool ok() const { return state.index() == 0; }
  explicit operator bool() const { return ok(); }
  T &operator*() { return *std::get_if<0>(&state); }
  const T &operator*() const { return *std::get_if<0>(&state); }
  T *operator->() { return std::get_if<0>(&state); }
  const T *operator->() const { return std::get_if<0>(&state); }
  const Error &error() const {
    assert(!ok());
    return *std::get_if<1>(&state);
  }

private:
  std::variant<T, Error> state;
};

} // namespace mambac::pt2

#endif // MAMBAC_IMPORT_STATUS_H
