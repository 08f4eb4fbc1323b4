// Reads models/<name>.json of an archive into pt2::Program with a SAX parser: no DOM is built, stack traces are cut to
// one line while they are read, and nesting is bounded, so an 80 MB graph costs little more than its nodes. Fields that
// this reader does not know are skipped; another schema major is refused. What an op means is not looked at here.
#ifndef MAMBAC_IMPORT_GRAPHREADER_H
#define MAMBAC_IMPORT_GRAPHREADER_H

#include "lib/Import/Graph.h"

namespace mambac::pt2 {

/// The program in `json`; `name` becomes Program::name, `where` ("model.pt2: models/model.json") stands in messages.
Expected<Program> readProgram(std::string_view json, const std::string &name, const std::string &where);

} // namespace mambac::pt2

#endif // MAMBAC_IMPORT_GRAPHREADER_H
