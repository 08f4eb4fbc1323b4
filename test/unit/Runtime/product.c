/*===- product.c - A product written by hand -------------------------------------------------------------------------===
 *
 * What generated code looks like to the runtime, without a compiler. Entries:
 *   main(ids i64 (s0, s1), scale f32 ()) -> hidden f32 (s0, s1, 4), total f32 (s0): rows of an embedding table (the
 *     weights, 10 x 4) times scale, and their sums; s1 is a multiple of 2 and at most 64.
 *   pair(x f32 (2*s0+1, 3), y f32 (s0)) -> z f32 (s0 + 1): z[i] = i.
 *   broken: needs more memory than there is.
 *   free(ids, scale) -> hidden, total: main, but its ids have no limit in the metadata, so that only the code notices.
 *   bytes(ids i64 (1, s0)) -> logits f32 (1, s0, 256): a language model that knows the alphabet: after a comes b. s0 is a
 *     multiple of 4 and at most 8.
 *   types(one input of each dtype) -> the same.
 *   sum(x f32 (s0), total f32 (s0), a state): adds x to total.
 *===------------------------------------------------------------------------------------------------------------------===*/
#include "lib/Runtime/ProductABI.h"

#include <string.h>

typedef struct {
  const MambacCall *call;
  float *rows;
} MainContext;

static void embedRows(void *context, int64_t begin, int64_t end) {
  const MainContext *self = context;
  const MambacCall *call = self->call;
  const int64_t *ids = call->inputs[0];
  const float *table = call->weights;
  float scale = *(const float *)call->inputs[1];
  for (int64_t i = begin; i < end; ++i) {
    int64_t id = ids[i];
    if (id < 0 || id >= 10) {
      call->services->index_fault(call->services, 0, id, 10);
      id = 0;
    }
    for (int64_t j = 0; j < 4; ++j)
      self->rows[4 * i + j] = table[4 * id + j] * scale;
  }
}

static void runMain(const MambacCall *call) {
  const MambacServices *services = call->services;
  int64_t batch = call->symbols[0], length = call->symbols[1];
  /* Through the arena, so that it is used. */
  MainContext context = {call, call->arena};
  if (services->kernel_begin)
    services->kernel_begin(services, 0);
  services->parallel_for(services, embedRows, &context, batch * length);
  memcpy(call->outputs[0], call->arena, (size_t)(batch * length * 4) * sizeof(float));
  if (services->kernel_end)
    services->kernel_end(services, 0);
  if (services->kernel_begin)
    services->kernel_begin(services, 1);
  float *total = call->outputs[1];
  for (int64_t b = 0; b < batch; ++b) {
    float sum = 0;
    for (int64_t i = 0; i < length * 4; ++i)
      sum += context.rows[b * length * 4 + i];
    total[b] = sum;
  }
  if (services->kernel_end)
    services->kernel_end(services, 1);
}

static int64_t mainArena(const int64_t *symbols) { return symbols[0] * symbols[1] * 4 * (int64_t)sizeof(float); }

static void mainShapes(const int64_t *symbols, int64_t *dims) {
  dims[0] = symbols[0];
  dims[1] = symbols[1];
  dims[2] = 4;
  dims[3] = symbols[0];
}

static void runPair(const MambacCall *call) {
  float *z = call->outputs[0];
  for (int64_t i = 0; i <= call->symbols[0]; ++i)
    z[i] = (float)i;
}
static int64_t noArena(const int64_t *symbols) {
  (void)symbols;
  return 0;
}
static void pairShapes(const int64_t *symbols, int64_t *dims) { dims[0] = symbols[0] + 1; }

static int64_t hugeArena(const int64_t *symbols) { return symbols[0] < 2 ? INT64_MAX - 63 : -1; }
static void brokenShapes(const int64_t *symbols, int64_t *dims) { dims[0] = symbols[0]; }

static void runTypes(const MambacCall *call) {
  static const int bytes[10] = {4, 2, 2, 8, 8, 4, 2, 1, 1, 1};
  for (int i = 0; i < 10; ++i)
    memcpy(call->outputs[i], call->inputs[i], (size_t)(3 * bytes[i]));
}
static void typesShapes(const int64_t *symbols, int64_t *dims) {
  (void)symbols;
  for (int i = 0; i < 10; ++i)
    dims[i] = 3;
}

static void runBytes(const MambacCall *call) {
  const int64_t *ids = call->inputs[0];
  float *logits = call->outputs[0];
  memset(logits, 0, (size_t)call->symbols[0] * 256 * sizeof(float));
  for (int64_t i = 0; i < call->symbols[0]; ++i)
    logits[i * 256 + (ids[i] + 1) % 256] = 20;
}
static void bytesShapes(const int64_t *symbols, int64_t *dims) {
  dims[0] = 1;
  dims[1] = symbols[0];
  dims[2] = 256;
}

static void runSum(const MambacCall *call) {
  const float *x = call->inputs[0];
  float *total = call->inputs[1];
  for (int64_t i = 0; i < call->symbols[0]; ++i)
    total[i] += x[i];
}
static void sumShapes(const int64_t *symbols, int64_t *dims) {
  (void)symbols;
  (void)dims;
}

static const MambacEntry entries[] = {{"main", runMain, mainArena, mainShapes},
                                      {"pair", runPair, noArena, pairShapes},
                                      {"broken", runPair, hugeArena, brokenShapes},
                                      {"types", runTypes, noArena, typesShapes},
                                      {"bytes", runBytes, noArena, bytesShapes},
                                      {"free", runMain, mainArena, mainShapes},
                                      {"sum", runSum, noArena, sumShapes}};

/* The first level needs what no machine has, and differs in the arena of "pair". */
static int64_t fastArena(const int64_t *symbols) { return 4096; }
static const MambacEntry fastEntries[] = {{"main", runMain, mainArena, mainShapes},
                                          {"pair", runPair, fastArena, pairShapes},
                                          {"broken", runPair, hugeArena, brokenShapes},
                                          {"types", runTypes, noArena, typesShapes},
                                          {"bytes", runBytes, noArena, bytesShapes},
                                          {"free", runMain, mainArena, mainShapes},
                                          {"sum", runSum, noArena, sumShapes}};

#define TYPE_IN(name) "{\"name\":\"" name "_in\",\"dtype\":\"" name "\",\"shape\":[3]}"
#define TYPE_OUT(name) "{\"name\":\"" name "_out\",\"dtype\":\"" name "\",\"rank\":1,\"shape_text\":[\"3\"]}"

static const char metadata[] =
    "{\"abi\":4,\"model\":\"by hand\","
    "\"text\":{\"vocabulary\":256,\"bos\":1,\"eos\":[2,77],\"capacity\":4096,"
    "\"chat\":{\"begin\":\"<s>\",\"reply\":\"A:\",\"next\":\"</s>\",\"system\":[\"<<\",\">>\"]}},"
    "\"levels\":[{\"name\":\"fast\",\"cpu_features\":[\"no-such\"]},{\"name\":\"plain\"}],"
    "\"state\":[{\"name\":\"total\",\"dtype\":\"f32\",\"role\":\"sum\",\"shape\":[{\"symbol\":0}]}],\"entries\":["
    "{\"name\":\"main\",\"symbols\":[{\"name\":\"s0\",\"min\":1},{\"name\":\"s1\",\"min\":2,\"max\":64,\"multiple_of\":2}],"
    "\"inputs\":[{\"name\":\"ids\",\"dtype\":\"i64\",\"shape\":[{\"symbol\":0},{\"symbol\":1}],\"limit\":10},"
    "{\"name\":\"scale\",\"dtype\":\"f32\",\"shape\":[]}],"
    "\"outputs\":[{\"name\":\"hidden\",\"dtype\":\"f32\",\"rank\":3,\"shape_text\":[\"s0\",\"s1\",\"4\"]},"
    "{\"name\":\"total\",\"dtype\":\"f32\",\"rank\":1,\"shape_text\":[\"s0\"]}]},"
    "{\"name\":\"pair\",\"symbols\":[{\"name\":\"s0\",\"min\":0,\"max\":100}],"
    "\"inputs\":[{\"name\":\"x\",\"dtype\":\"f32\",\"shape\":[{\"symbol\":0,\"mul\":2,\"add\":1},3]},"
    "{\"name\":\"y\",\"dtype\":\"f32\",\"shape\":[{\"symbol\":0}]}],"
    "\"outputs\":[{\"name\":\"z\",\"dtype\":\"f32\",\"rank\":1,\"shape_text\":[\"s0 + 1\"]}]},"
    "{\"name\":\"broken\",\"symbols\":[{\"name\":\"s0\",\"min\":1}],"
    "\"inputs\":[{\"name\":\"x\",\"dtype\":\"f32\",\"shape\":[{\"symbol\":0}]}],"
    "\"outputs\":[{\"name\":\"z\",\"dtype\":\"f32\",\"rank\":1,\"shape_text\":[\"s0\"]}]},"
    "{\"name\":\"types\",\"symbols\":[],\"inputs\":[" TYPE_IN("f32") "," TYPE_IN("f16") "," TYPE_IN("bf16") "," TYPE_IN(
        "f64") "," TYPE_IN("i64") "," TYPE_IN("i32") "," TYPE_IN("i16") "," TYPE_IN("i8") "," TYPE_IN("u8") "," TYPE_IN("bool")
    "],\"outputs\":[" TYPE_OUT("f32") "," TYPE_OUT("f16") "," TYPE_OUT("bf16") "," TYPE_OUT("f64") "," TYPE_OUT("i64") "," TYPE_OUT(
        "i32") "," TYPE_OUT("i16") "," TYPE_OUT("i8") "," TYPE_OUT("u8") "," TYPE_OUT("bool")
    "]},"
    "{\"name\":\"free\",\"symbols\":[{\"name\":\"s0\",\"min\":1},{\"name\":\"s1\",\"min\":2}],"
    "\"inputs\":[{\"name\":\"ids\",\"dtype\":\"i64\",\"shape\":[{\"symbol\":0},{\"symbol\":1}]},"
    "{\"name\":\"scale\",\"dtype\":\"f32\",\"shape\":[]}],"
    "\"outputs\":[{\"name\":\"hidden\",\"dtype\":\"f32\",\"rank\":3,\"shape_text\":[\"s0\",\"s1\",\"4\"]},"
    "{\"name\":\"total\",\"dtype\":\"f32\",\"rank\":1,\"shape_text\":[\"s0\"]}]},"
    "{\"name\":\"bytes\",\"symbols\":[{\"name\":\"s0\",\"min\":4,\"max\":8,\"multiple_of\":4}],"
    "\"inputs\":[{\"name\":\"ids\",\"dtype\":\"i64\",\"shape\":[1,{\"symbol\":0}],\"limit\":256}],"
    "\"outputs\":[{\"name\":\"logits\",\"dtype\":\"f32\",\"rank\":3,\"shape_text\":[\"1\",\"s0\",\"256\"]}]},"
    "{\"name\":\"sum\",\"symbols\":[{\"name\":\"s0\",\"min\":1}],\"length\":0,\"chunk\":16,"
    "\"inputs\":[{\"name\":\"x\",\"dtype\":\"f32\",\"shape\":[{\"symbol\":0}]},"
    "{\"name\":\"total\",\"dtype\":\"f32\",\"role\":\"sum\",\"state\":0,\"shape\":[{\"symbol\":0}]}],\"outputs\":[]}],"
    "\"kernels\":[{\"name\":\"embed_0\",\"module\":\"backbone.embeddings\",\"kind\":\"gather\","
    "\"flops_text\":\"4*s0*s1\",\"bytes_text\":\"s0 * (s1 * 32 + 7 mod 4) - 3 * s0 + 9 floordiv 2 - 7 ceildiv 2\"},"
    "{\"name\":\"sum_0\",\"module\":\"head\",\"kind\":\"reduce\"}]}";

/* Stands for a hash of how the weights are packed. */
#define LAYOUT_HASH 0x1122334455667788u

__attribute__((visibility("default"))) extern const MambacProduct mambac_product;
static const MambacEntry *const levels[] = {fastEntries, entries};
const MambacProduct mambac_product = {MAMBAC_ABI_VERSION, sizeof entries / sizeof *entries, 2, 0, levels, metadata, 160, LAYOUT_HASH,
                                      0, 0, 0};
