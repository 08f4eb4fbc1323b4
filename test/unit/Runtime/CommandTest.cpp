//===- CommandTest.cpp - mamba-run and an executable product from the outside -------------------------------------===//
//
// Exit codes, messages and files of the two programs.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "Fixture.h"
#include "lib/Runtime/Runner/Npy.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <sys/wait.h>
#include <unistd.h>

using namespace mambac::test;
namespace runner = mambac::runner;

namespace {

struct Result {
  int code;
  std::string out, err;
};

class CommandTest : public RuntimeTest {
protected:
  void SetUp() override {
    RuntimeTest::SetUp();
    executable = folder + "/model";
    ASSERT_EQ(writeTestProduct(TEST_PRODUCT_SO, executable, true, RUNNER), "");
    runner::Tensor ids, scale;
    ids.allocate({MAMBAC_INT, 64, 1}, {2, 4});
    for (int i = 0; i < 8; ++i)
      ids.set(i, i);
    scale.allocate({MAMBAC_FLOAT, 32, 1}, {});
    scale.set(0, 4);
    runner::writeNpy(folder + "/ids.npy", ids);
    runner::writeNpy(folder + "/scale.npy", scale);
  }
  Result runCommand(const std::string &command) {
    int status = system(("cd '" + folder + "' && " + command + " > out.txt 2> err.txt").c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, readFile(folder + "/out.txt"), readFile(folder + "/err.txt")};
  }
  Result mambaRun(const std::string &arguments) { return runCommand(MAMBA_RUN " model.so " + arguments); }
  void expectBad(const std::string &arguments, const std::string &message) {
    for (const std::string &program : {std::string(MAMBA_RUN " model.so "), std::string("./model ")}) {
      Result result = runCommand(program + arguments);
      EXPECT_EQ(result.code, 1) << arguments;
      EXPECT_EQ(result.out, "") << arguments;
      EXPECT_NE(result.err.find(message), std::string::npos) << result.err;
      EXPECT_EQ(result.err.find("error: "), 0u) << result.err;
      EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    }
  }
  const std::string good = "--input ids=ids.npy --input scale=scale.npy ";
  std::string executable;
};

TEST_F(CommandTest, List) {
  Result result = mambaRun("--list");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out.find("model by hand, 160 bytes of weights\n"
                            "code for fast, plain (in use)\n"
                            "text: vocabulary of 256, begins with 1, ends with 2, ends with 77, up to 4096 tokens, conversations\n"
                            "entry main\n"
                            "  size s0: 1 or more\n"
                            "  size s1: 2 to 64, a multiple of 2\n"
                            "  input 0: ids i64 (s0, s1), in [0, 10)\n"
                            "  input 1: scale f32 ()\n"
                            "  output 0: hidden f32 (s0, s1, 4)\n"
                            "  output 1: total f32 (s0)\n"
                            "  scratch: 32 bytes at s0 = 1, s1 = 2\n"
                            "entry pair\n"),
            0u)
      << result.out;
  EXPECT_NE(mambaRun("--list --input ids=random:3x8").out.find("  scratch: 384 bytes at s0 = 3, s1 = 8\n"),
            std::string::npos);
  EXPECT_NE(mambaRun("--list --symbol s1=4").out.find("  scratch: 64 bytes at s0 = 1, s1 = 4\n"), std::string::npos);
  EXPECT_EQ(mambaRun("--list --symbol s1=3").code, 1);
  EXPECT_EQ(runCommand("./model --list").out, result.out);
  EXPECT_EQ(mambaRun("--list --cpu plain").out, result.out);
  EXPECT_EQ(mambaRun("--list --cpu slow").code, 1);
}

TEST_F(CommandTest, FilesInAndOut) {
  for (const std::string &program : {std::string(MAMBA_RUN " model.so "), std::string("./model ")}) {
    Result result = runCommand(program + good + "--output hidden=h.npy --output 1=t.npy");
    ASSERT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.out + result.err, "");
    runner::Tensor hidden = runner::readNpy(folder + "/h.npy", {MAMBAC_FLOAT, 32, 1});
    EXPECT_EQ(hidden.shape, (std::vector<int64_t>{2, 4, 4}));
    EXPECT_EQ(hidden.get(4 * 3 + 1), 4 * 3.25);
    EXPECT_EQ(runner::readNpy(folder + "/t.npy", {MAMBAC_FLOAT, 32, 1}).shape, std::vector<int64_t>{2});
    result = runCommand(program + good + "--output hidden=-");
    EXPECT_EQ(result.out, readFile(folder + "/h.npy"));
    result = runCommand(program + good);
    EXPECT_EQ(result.out, "hidden f32 (2, 4, 4): 0 to 31, mean 15.5\ntotal f32 (2): 120 to 376, mean 248\n");
  }
}

TEST_F(CommandTest, OptionsBeforeTheModel) {
  Result result = runCommand(MAMBA_RUN " --input ids=random:3x2 --input scale=random model.so");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("hidden f32 (3, 2, 4): "), std::string::npos) << result.out;
}

TEST_F(CommandTest, Random) {
  Result first = mambaRun("--input ids=random --input scale=random --symbol s0=3 --seed 1");
  EXPECT_EQ(first.code, 0) << first.err; // ids are in range, or the run would fail
  EXPECT_NE(first.out.find("hidden f32 (3, 2, 4): "), std::string::npos) << first.out;
  EXPECT_EQ(mambaRun("--input ids=random --input scale=random --symbol s0=3 --seed 1 --threads 1").out, first.out);
  EXPECT_NE(mambaRun("--input ids=random --input scale=random --symbol s0=3 --seed 2").out, first.out);
  // Sizes follow from the inputs that have them.
  Result pair = mambaRun("--entry pair --input x=random:7x3 --input y=random");
  EXPECT_EQ(pair.out, "z f32 (4): 0 to 3, mean 1.5\n");
  Result types = mambaRun("--entry types --bench 1");
  EXPECT_EQ(types.code, 0) << types.err;
}

TEST_F(CommandTest, Bench) {
  Result result = mambaRun("--bench 7 --symbol s0=2 --symbol s1=8");
  ASSERT_EQ(result.code, 0) << result.err;
  for (const char *part : {"{\"entry\":\"main\",\"runs\":7,\"median_s\":", "\"min_s\":", "\"peak_bytes\":",
                           "\"scratch_bytes\":256", "\"weights_bytes\":160", "\"symbols\":{\"s0\":2,\"s1\":8}}\n"})
    EXPECT_NE(result.out.find(part), std::string::npos) << result.out;
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 1);
}

TEST_F(CommandTest, Profile) {
  Result result = mambaRun("--profile --bench 3 --symbol s1=8");
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("backbone.embeddings  embed_0  gather       3"), std::string::npos) << result.out;
  EXPECT_EQ(result.out.find("module "), 0u);
  EXPECT_EQ(mambaRun("--profile").code, 0);
}

TEST_F(CommandTest, Trace) {
  Result result = mambaRun("--trace trace.json --bench 3 --symbol s1=8 --threads 2");
  ASSERT_EQ(result.code, 0) << result.err;
  nlohmann::json report = nlohmann::json::parse(result.out);
  nlohmann::json trace = nlohmann::json::parse(readFile(folder + "/trace.json"));
  EXPECT_EQ(trace["otherData"]["s1"], 8);
  EXPECT_EQ(trace["otherData"]["events_left_out"], 0);
  std::map<std::string, int> calls;
  double kernels = 0;
  int64_t pieces = 0;
  for (const nlohmann::json &event : trace["traceEvents"]) {
    if (event["ph"] != "X")
      continue;
    EXPECT_GE(event["ts"].get<double>(), 0);
    EXPECT_GE(event["dur"].get<double>(), 0);
    if (event["cat"] == "piece") {
      EXPECT_GE(event["tid"], 1);
      pieces += event["args"]["items"].get<int64_t>();
      continue;
    }
    EXPECT_EQ(event["tid"], 0);
    kernels += event["dur"].get<double>();
    ++calls[event["name"]];
    if (event["name"] == "embed_0") {
      EXPECT_EQ(event["args"]["module"], "backbone.embeddings");
      EXPECT_EQ(event["args"]["kind"], "gather");
      EXPECT_GT(event["args"]["bytes"], 0);
    }
  }
  // Three runs of two kernels, which took no longer than the runs did (the slowest of three is not known; 3 medians and a
  // generous second for it).
  EXPECT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls["embed_0"], 3);
  EXPECT_LE(kernels * 1e-6, 3 * report["median_s"].get<double>() + 1);
  EXPECT_GT(pieces, 0);
  EXPECT_EQ(mambaRun("--trace missing/trace.json").code, 1);
}

TEST_F(CommandTest, Roofline) {
  Result result = mambaRun("--roofline roof.html --peak-flops 100 --peak-bandwidth 10 --symbol s1=8");
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, "");
  std::string page = readFile(folder + "/roof.html");
  EXPECT_NE(page.find("100 GFLOP/s</text>"), std::string::npos) << page;
  EXPECT_NE(page.find("10.0 GB/s</text>"), std::string::npos);
  EXPECT_NE(page.find("<td>embed_0</td><td>gather</td><td>backbone.embeddings</td>"), std::string::npos);
  EXPECT_EQ(page.find("http"), std::string::npos); // nothing from elsewhere
  EXPECT_EQ(page.find("nan"), std::string::npos);
  EXPECT_EQ(page.find("inf"), std::string::npos);
  // Measured limits are those of some machine.
  ASSERT_EQ(mambaRun("--roofline roof.html --symbol s1=8").code, 0);
  EXPECT_NE(readFile(folder + "/roof.html").find("Measured on this machine"), std::string::npos);
  EXPECT_EQ(mambaRun("--roofline missing/roof.html").code, 1);
  EXPECT_EQ(mambaRun("--peak-flops 3").code, 1);
}

TEST_F(CommandTest, Compare) {
  ASSERT_EQ(mambaRun(good + "--output hidden=h.npy").code, 0);
  Result result = mambaRun(good + "--compare hidden=h.npy --tolerance 0");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, "hidden: largest difference 0 (0 of the largest magnitude 31), root mean square 0 of h.npy\n");
  runner::Tensor other = runner::readNpy(folder + "/h.npy", {MAMBAC_FLOAT, 32, 1});
  other.set(0, 3.1);
  runner::writeNpy(folder + "/h.npy", other);
  EXPECT_EQ(mambaRun(good + "--compare hidden=h.npy").code, 0);
  EXPECT_EQ(mambaRun(good + "--compare hidden=h.npy --tolerance 0.2").code, 0);
  result = mambaRun(good + "--compare hidden=h.npy --tolerance 0.01");
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, "error: an output differs by more than the tolerance 0.01\n");
  other.set(0, NAN);
  runner::writeNpy(folder + "/h.npy", other);
  EXPECT_EQ(mambaRun(good + "--compare hidden=h.npy --tolerance 100").code, 1);
}

TEST_F(CommandTest, BadInput) {
  expectBad("", "inputs are missing: add --input ids=FILE.npy --input scale=FILE.npy");
  expectBad("--input ids=ids.npy", "inputs are missing: add --input scale=FILE.npy");
  expectBad("--nonsense", "The following argument was not expected: --nonsense");
  expectBad("--input ids", "--input: expected NAME=FILE.npy or NAME=random, got ids");
  expectBad("--input words=ids.npy", "there is no input words; the model has: ids, scale");
  expectBad("--input 2=ids.npy", "there is no input 2; the model has: ids, scale");
  expectBad(good + "--input 0=ids.npy", "input ids is given twice");
  expectBad("--entry other", "there is no entry point other; the model has: main, pair, broken, types, free, bytes");
  expectBad("--input ids=scale.npy --input scale=scale.npy", "input ids: scale.npy: holds f32, expected i64");
  expectBad("--input ids=none.npy --input scale=scale.npy", "input ids: cannot read none.npy: No such file or directory");
  expectBad("--input ids=random:2x5 --input scale=scale.npy",
            "input ids of main has shape (2, 5): s1 is 5, expected 2 to 64, a multiple of 2");
  expectBad("--input ids=random:2 --input scale=scale.npy", "input ids of main has 1 dimensions, expected 2: (s0, s1)");
  expectBad("--input ids=random:2xx --input scale=scale.npy", "expected sizes like random:2x64, got random:2xx");
  expectBad(good + "--symbol s0=3", "--symbol s0=3 contradicts the inputs, where it is 2");
  expectBad(good + "--symbol s7=3", "there is no size s7 in entry point main");
  expectBad("--bench 1 --symbol s1=3", "size s1 of main is 3, expected a multiple of 2");
  expectBad(good + "--output other=o.npy", "there is no output other; the model has: hidden, total");
  expectBad(good + "--output hidden=no/folder.npy", "cannot write no/folder.npy: No such file or directory");
  expectBad(good + "--compare hidden=scale.npy", "output hidden: scale.npy has shape (), the output (2, 4, 4)");
  expectBad("--bench 0", "--bench: Value 0 not in range");
  expectBad("--bench x", "--bench");
  expectBad("--generate hello", "text needs a language model: one input of integer ids");
  expectBad("--entry broken --input x=random", "scratch");
  runner::Tensor ids;
  ids.allocate({MAMBAC_INT, 64, 1}, {1, 2});
  ids.set(1, 70000);
  runner::writeNpy(folder + "/large.npy", ids);
  expectBad("--input ids=large.npy --input scale=scale.npy --output hidden=never.npy",
            "ids holds 70000 at a place where indices must be in [0, 10)");
  EXPECT_NE(access((folder + "/never.npy").c_str(), F_OK), 0);
  std::string bytes = readFile(folder + "/ids.npy");
  writeFile(folder + "/short.npy", bytes.substr(0, bytes.size() - 8));
  expectBad("--input ids=short.npy --input scale=scale.npy", "input ids: short.npy: truncated .npy file");
}

TEST_F(CommandTest, BadModels) {
  for (const char *name : {"missing.so", "ids.npy", "."}) {
    Result result = runCommand(std::string(MAMBA_RUN " ") + name + " --list");
    EXPECT_EQ(result.code, 1) << name;
    EXPECT_EQ(result.err.find("error: "), 0u) << result.err;
  }
  EXPECT_EQ(runCommand(MAMBA_RUN).code, 1);
  EXPECT_EQ(runCommand(MAMBA_RUN " --help").code, 0);
  // An executable that lost its end is mamba-run: it says that its model is missing.
  std::string bytes = readFile(executable);
  writeFile(folder + "/cut", bytes.substr(0, bytes.size() - 64));
  EXPECT_EQ(runCommand("chmod +x cut; ./cut --list").code, 1);
  bytes[bytes.size() - 5000] ^= 1;
  writeFile(folder + "/corrupt", bytes);
  EXPECT_EQ(runCommand("chmod +x corrupt; ./corrupt --list").code, 1);
}

TEST_F(CommandTest, Generate) {
  // Lengths 4 and 8 are all that the entry takes: the text is padded, and later slides.
  Result result = runCommand("./model --entry bytes --generate ab --tokens 12 --temperature 0");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, "abcdefghijklmn\n");
  EXPECT_EQ(result.err.find("prefill 2 tokens in "), 0u) << result.err;
  EXPECT_NE(result.err.find(" tokens/s; decode 12 tokens in "), std::string::npos) << result.err;
  EXPECT_EQ(mambaRun("--entry bytes --generate ab --tokens 0").out, "ab\n");
  std::string hot = "--entry bytes --generate ab --tokens 30 --temperature 100 --seed ";
  EXPECT_EQ(mambaRun(hot + "1").out, mambaRun(hot + "1 --threads 1").out);
  EXPECT_NE(mambaRun(hot + "1").out, mambaRun(hot + "2").out);
  expectBad("--entry bytes --generate ''", "--generate needs a text of at least one byte");
  expectBad("--generate hello", "text needs a language model: one input of integer ids");
  expectBad("--tokens 4", "--tokens requires --generate");
  // A table of 256 letters, each followed by the next one.
  EXPECT_EQ(mambaRun("--entry bytes --generate ab --tokens 12 --temperature 0 --stop gh --stop fgx").out, "abcdef\n");
  EXPECT_EQ(mambaRun("--entry bytes --generate ab --generate x --tokens 2 --temperature 0").out, "== 1\nabcd\n== 2\nxyz\n");
  writeFile(folder + "/lines.txt", "ab\r\nkl\n");
  EXPECT_EQ(mambaRun("--entry bytes --prompts lines.txt --tokens 1 --temperature 0").out, "== 1\nabc\n== 2\nklm\n");
  EXPECT_EQ(mambaRun("--entry bytes --prompt-file lines.txt --tokens 1 --temperature 0 --top-k 1").out, "ab\r\nkl\n\v\n");
  EXPECT_EQ(runCommand("printf 'ab\\n/history\\n' | ./model --entry bytes --chat --tokens 2 --temperature 0").out,
            ";<\n> ab\n;<\n");
  EXPECT_EQ(mambaRun("--entry bytes --generate JK --tokens 4 --temperature 0").out, "JKL\n"); // M ends a text.
  EXPECT_EQ(mambaRun("--entry bytes --generate JK --tokens 4 --temperature 0 --ignore-eos").out, "JKLMNO\n");
  expectBad("--entry bytes --generate \"$(printf '\\377')\"", "the prompt: the text is not UTF-8: byte 0");
  expectBad("--entry bytes --prompts ids.npy", "not UTF-8");
  expectBad("--entry bytes --generate a --chat", "exclude each other");
  expectBad("--entry bytes --generate a --stop ''", "--stop needs a text");
  expectBad("--entry bytes --prompts no.txt", "cannot read no.txt: No such file");
  expectBad("--entry bytes --generate a --save-state s", "need a model with a state");
  expectBad("--entry bytes --generate a --recompute", "this model has none");
  expectBad("--entry bytes --perplexity lines.txt", "this needs a model with a state");
  expectBad("--entry bytes --generate a --top-p 1.5", "--top-p");
  expectBad("--entry bytes --generate a --generate b --save-state s", "are for one text");
}

TEST_F(CommandTest, ExampleInC) {
  Result result = runCommand(EXAMPLE " 3 8");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("s0 = 3\ns1 = 8\nhidden: f32 (3, 8, 4), first element 0\ntotal: f32 (3), first"),
            std::string::npos)
      << result.out;
  result = runCommand(EXAMPLE " 3 9");
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, "error: size s1 of main is 9, expected a multiple of 2\n");
}

TEST_F(CommandTest, FullDisk) {
  if (access("/dev/full", W_OK))
    GTEST_SKIP();
  EXPECT_EQ(system(("cd '" + folder + "' && " MAMBA_RUN " model.so --list > /dev/full 2> err.txt").c_str()) >> 8, 1);
  EXPECT_EQ(readFile(folder + "/err.txt"), "error: cannot write to the standard output\n");
}

TEST_F(CommandTest, RunnerNeedsLittle) {
  Result result = runCommand("readelf -d model | sed -n 's/.*(NEEDED).*\\[\\(.*\\)\\]/\\1/p' | sort | tr '\\n' ' '");
  if (result.code)
    GTEST_SKIP();
  for (std::string rest = result.out; !rest.empty(); rest = rest.substr(rest.find(' ') + 1)) {
    std::string name = rest.substr(0, rest.find(' '));
    EXPECT_TRUE(name == "libc.so.6" || name == "libm.so.6" || name == "libstdc++.so.6" || name.find("ld-linux") == 0)
        << name;
  }
}

} // namespace
