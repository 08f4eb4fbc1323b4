// docs/imported-module.md lists every op that has a lowering.
#include "lib/Import/Call.h"

#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

TEST(Documentation, ListsEveryOp) {
  std::ifstream file(TEST_SOURCE_ROOT "/../docs/imported-module.md");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  ASSERT_FALSE(text.empty());
  for (llvm::StringRef target : mambac::aten::registry().targets())
    if (target.consume_front("aten.")) {
      std::string word = " " + target.split('.').first.str() + " ";
      EXPECT_NE(text.find(word), std::string::npos) << "docs/imported-module.md lacks" << word;
    }
}
