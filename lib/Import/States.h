// What a model remembers from one run to the next: pairs of an input and the output that takes its place, and which size
// is the length of the text. Found here from the contract, from writes to inputs, and from names, in that order; what
// becomes of it is for the importer (two entries) and for the runtime. No LLVM, as for all of the reader.
#ifndef MAMBAC_IMPORT_STATES_H
#define MAMBAC_IMPORT_STATES_H

#include "lib/Import/Graph.h"

namespace mambac::pt2 {

struct States {
  struct Pair {
    unsigned input;                 ///< position in Program::inputs
    std::optional<unsigned> output; ///< position in Program::outputs; none: a write
    std::string role;               ///< "conv", "recurrent", …; empty where nobody says
  };
  std::vector<Pair> pairs; ///< in the order of the contract, or else of the inputs
  /// The symbol of the text's length, and that of the number of positions whose results are wanted. A model without
  /// state, or with a fixed length, has none.
  std::optional<unsigned> length, positions;

  /// The new contents of this input are a result, too, though the signature does not say so.
  void addWritten(unsigned input);
  /// Sets `length` and `positions`, once all pairs are known.
  void findLength(const Program &program);
  const Pair *ofInput(unsigned input) const;
  const Pair *ofOutput(unsigned output) const;
};

/// The pairs of a program, but for those of addWritten; an error where its contract speaks of what is not there.
Expected<States> findStates(const Program &program);

/// The program with these buffers (of Program::inputs) as inputs behind the others, which it writes to.
Program withBuffersAsInputs(const Program &program, const std::vector<unsigned> &buffers);

} // namespace mambac::pt2

#endif // MAMBAC_IMPORT_STATES_H
