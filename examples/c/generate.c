/*===- generate.c - A C program that goes on with a text -----------------------------------------------------------===
 *
 * A language model with a state, linked into the program as any library is:
 *
 *   mambac model.pt2 -o libmodel.so
 *   cc generate.c -I mambac/include libmodel.so -Wl,-rpath,'$ORIGIN' -o generate && ./generate 20 1 2 3
 *
 * The program reads the ids 1 2 3 and goes on by 20 tokens, the likeliest each time. It does so twice, side by side: the
 * second text begins with the second likeliest token. It shows what sessions are for: the prompt is read once, the second text
 * is a fork of the first, both run as one batch, and a saved state brings the program back to the prompt's end.
 *
 *===------------------------------------------------------------------------------------------------------------===*/
#include "mambac/mambac.h"

#include <stdio.h>
#include <stdlib.h>

/* What the library of the model defines. */
extern const struct MambacProduct mambac_product;

enum { TEXTS = 2 };

static int fail(const char *why) {
  fprintf(stderr, "error: %s\n", why);
  return 1;
}

/* The largest of `count` logits, `other` left out. */
static int64_t find_best(const float *logits, int64_t count, int64_t other) {
  int64_t best = other == 0 ? 1 : 0;
  for (int64_t i = 0; i < count; ++i)
    if (i != other && logits[i] > logits[best])
      best = i;
  return best;
}

int main(int argc, char **argv) {
  mambac_model *model = NULL;
  mambac_state *state = NULL;
  mambac_session *session = NULL;
  mambac_session_options options = {sizeof options, TEXTS, 0};
  if (argc < 3)
    return fail("usage: generate TOKENS ID...");
  if (mambac_open_linked(&mambac_product, NULL, &model) || mambac_state_create(model, NULL, &state) ||
      mambac_session_create(model, &options, &session))
    return fail(mambac_last_error());
  mambac_session_info info = {0};
  info.struct_size = sizeof info;
  mambac_session_get_info(session, &info);
  if (info.embedding || info.token_dtype.bits != 64 || info.logits_dtype.code != MAMBAC_FLOAT || info.logits_dtype.bits != 32)
    return fail("this program is for models from i64 ids to f32 logits");

  int tokens = atoi(argv[1]), length = argc - 2;
  int64_t *ids = calloc((size_t)length, sizeof *ids);
  float *logits = calloc((size_t)(TEXTS * info.width), sizeof *logits);
  if (!ids || !logits)
    return fail("no memory");
  for (int i = 0; i < length; ++i)
    ids[i] = atoll(argv[i + 2]);

  /* One text reads the prompt; of its results only those behind the last token are wanted. */
  int32_t slots[TEXTS];
  int64_t prompt_shape[] = {1, length}, result_shape[] = {1, 1, info.width};
  mambac_tensor prompt = {ids, {MAMBAC_DEVICE_CPU, 0}, 2, info.token_dtype, prompt_shape, NULL, 0};
  mambac_tensor result = {logits, {MAMBAC_DEVICE_CPU, 0}, 3, info.logits_dtype, result_shape, NULL, 0};
  for (int i = 0; i < TEXTS; ++i)
    if (mambac_session_add(session, &slots[i]))
      return fail(mambac_session_error(session));
  if (mambac_prefill(state, session, &slots[0], 1, &prompt, NULL, NULL, &result) ||
      mambac_session_copy(session, slots[1], session, slots[0]))
    return fail(mambac_session_error(session));

  /* Its state as bytes, as one would write them to a file. */
  size_t size = 0;
  mambac_session_save(session, slots[0], NULL, &size);
  void *saved = malloc(size);
  if (!saved || mambac_session_save(session, slots[0], saved, &size))
    return fail(mambac_session_error(session));
  printf("%lld tokens read; their state is %zu bytes\n", (long long)mambac_session_length(session, slots[0]), size);

  /* Both texts go on together, token by token. */
  int64_t next[TEXTS], next_shape[] = {TEXTS, 1}, batch_shape[] = {TEXTS, 1, info.width};
  mambac_tensor token = {next, {MAMBAC_DEVICE_CPU, 0}, 2, info.token_dtype, next_shape, NULL, 0};
  mambac_tensor batch = {logits, {MAMBAC_DEVICE_CPU, 0}, 3, info.logits_dtype, batch_shape, NULL, 0};
  int64_t *texts = calloc((size_t)(TEXTS * tokens) + 1, sizeof *texts);
  if (!texts)
    return fail("no memory");
  next[0] = find_best(logits, info.width, -1);
  next[1] = find_best(logits, info.width, next[0]);
  const int64_t first = next[0];
  for (int i = 0; i < tokens; ++i) {
    for (int t = 0; t < TEXTS; ++t)
      texts[t * tokens + i] = next[t];
    if (mambac_step(state, session, slots, TEXTS, &token, &batch))
      return fail(mambac_session_error(session));
    for (int t = 0; t < TEXTS; ++t)
      next[t] = find_best(logits + t * info.width, info.width, -1);
  }
  for (int t = 0; t < TEXTS; ++t) {
    for (int i = 0; i < tokens; ++i)
      printf("%lld ", (long long)texts[t * tokens + i]);
    printf("\n");
  }

  /* Back to the end of the prompt: the same token as before brings the same text. */
  if (mambac_session_load(session, slots[1], saved, size))
    return fail(mambac_session_error(session));
  next_shape[0] = batch_shape[0] = 1;
  next[0] = first;
  for (int i = 0; i < tokens; ++i) {
    printf("%lld ", (long long)next[0]);
    if (mambac_step(state, session, &slots[1], 1, &token, &batch))
      return fail(mambac_session_error(session));
    next[0] = find_best(logits, info.width, -1);
  }
  printf("again\n");

  free(ids);
  free(logits);
  free(texts);
  free(saved);
  mambac_session_destroy(session);
  mambac_state_destroy(state);
  mambac_close(model);
  return 0;
}
