// What an archive says about its model besides the graph: extra/mambac.json, which python/mambac/contract.py writes and
// docs/imported-module.md describes. Read here, and checked as far as form goes; that the names in it exist is for
// States.cpp. No LLVM, as for all of the reader.
#ifndef MAMBAC_IMPORT_CONTRACT_H
#define MAMBAC_IMPORT_CONTRACT_H

#include "lib/Import/Status.h"

#include <map>
#include <string_view>
#include <vector>

namespace mambac::pt2 {

/// The file, or what stands for it where there is none: all empty.
struct Contract {
  /// An input and the output that takes its place in the next run.
  struct StateNames {
    std::string input, output, role;
  };
  /// The fixed texts of a conversation: begin, a message, reply, an answer, next, a message, reply, …; with words of the
  /// system's, `system` stands around them in begin's place.
  struct Chat {
    std::string begin, reply, next;
    std::vector<std::string> system; ///< two texts, or none
  };
  std::string where; ///< the archive and its entry, for messages
  std::string name; ///< of the model; empty: what the archive calls it
  std::string family, source;
  std::optional<int64_t> vocabulary, bos;
  std::optional<int64_t> capacity; ///< how many tokens a text may have, where layers attend and nobody says otherwise
  std::optional<Chat> chat;
  std::vector<int64_t> eos;
  std::map<std::string, std::string> inputRoles, outputRoles; ///< by name
  std::vector<StateNames> state;
};

/// Reads the file's text; `where` stands in messages. Keys that are not known are skipped.
Expected<Contract> readContract(std::string_view text, const std::string &where);

} // namespace mambac::pt2

#endif // MAMBAC_IMPORT_CONTRACT_H
