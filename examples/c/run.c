/*===- run.c - A C program that runs a compiled model --------------------------------------------------------------===
 *
 * The model is linked into the program, as any library is; nothing else is needed:
 *
 *   mambac model.pt2 -o libmodel.so
 *   cc run.c -I mambac/include libmodel.so -Wl,-rpath,'$ORIGIN' -o run && ./run 2 64
 *
 * The program runs the first entry point of whatever model that is, on zeros. Its arguments are the model's symbolic
 * sizes (a batch, a length), in the order that it prints them. A program that knows its model writes the shapes down.
 *
 *===------------------------------------------------------------------------------------------------------------===*/
#include "mambac/mambac.h"

#include <stdio.h>
#include <stdlib.h>

/* What the library of the model defines. */
extern const struct MambacProduct mambac_product;

/* Memory for `count` tensors of these types; their dimensions lie one after the other in `dims`. */
static mambac_tensor *make_tensors(const mambac_value_info *values, int32_t count, int64_t *dims) {
  mambac_tensor *tensors = calloc((size_t)count + 1, sizeof *tensors);
  for (int32_t i = 0; tensors && i < count; ++i) {
    size_t bytes = values[i].dtype.bits / 8;
    for (int32_t d = 0; d < values[i].rank; ++d)
      bytes *= (size_t)dims[d];
    tensors[i].data = calloc(bytes ? bytes : 1, 1);
    tensors[i].device.device_type = MAMBAC_DEVICE_CPU;
    tensors[i].ndim = values[i].rank;
    tensors[i].dtype = values[i].dtype;
    tensors[i].shape = dims;
    dims += values[i].rank;
  }
  return tensors;
}

static int32_t count_dims(const mambac_value_info *values, int32_t count) {
  int32_t dims = 0;
  for (int32_t i = 0; i < count; ++i)
    dims += values[i].rank;
  return dims;
}

int main(int argc, char **argv) {
  mambac_model *model = NULL;
  mambac_state *state = NULL;
  if (mambac_open_linked(&mambac_product, NULL, &model) || mambac_state_create(model, NULL, &state)) {
    fprintf(stderr, "error: %s\n", mambac_last_error());
    return 1;
  }
  const mambac_entry_info *entry = mambac_get_entry(model, 0);
  printf("%s of %s, %d threads\n", entry->name, mambac_model_name(model), mambac_state_threads(state));

  int64_t *symbols = calloc((size_t)entry->num_symbols + 1, sizeof *symbols);
  for (int32_t i = 0; symbols && i < entry->num_symbols; ++i) {
    symbols[i] = i + 1 < argc ? atoll(argv[i + 1]) : entry->symbols[i].min;
    printf("%s = %lld\n", entry->symbols[i].name, (long long)symbols[i]);
  }
  int64_t *input_dims = calloc((size_t)count_dims(entry->inputs, entry->num_inputs) + 1, sizeof *input_dims);
  int64_t *output_dims = calloc((size_t)count_dims(entry->outputs, entry->num_outputs) + 1, sizeof *output_dims);
  if (mambac_shapes(state, 0, symbols, input_dims, output_dims, NULL)) {
    fprintf(stderr, "error: %s\n", mambac_state_error(state));
    return 1;
  }
  mambac_tensor *inputs = make_tensors(entry->inputs, entry->num_inputs, input_dims);
  mambac_tensor *outputs = make_tensors(entry->outputs, entry->num_outputs, output_dims);

  /* Only this line is the model's work; it may be called as often as one likes. */
  if (mambac_run(state, 0, inputs, entry->num_inputs, outputs, entry->num_outputs)) {
    fprintf(stderr, "error: %s\n", mambac_state_error(state));
    return 1;
  }
  for (int32_t i = 0; i < entry->num_outputs; ++i) {
    printf("%s: %s (", entry->outputs[i].name, entry->outputs[i].dtype_name);
    for (int32_t d = 0; d < outputs[i].ndim; ++d)
      printf("%s%lld", d ? ", " : "", (long long)outputs[i].shape[d]);
    printf(")");
    if (outputs[i].dtype.code == MAMBAC_FLOAT && outputs[i].dtype.bits == 32)
      printf(", first element %g", (double)*(float *)outputs[i].data);
    printf("\n");
  }

  for (int32_t i = 0; i < entry->num_inputs; ++i)
    free(inputs[i].data);
  for (int32_t i = 0; i < entry->num_outputs; ++i)
    free(outputs[i].data);
  free(inputs);
  free(outputs);
  free(symbols);
  free(input_dims);
  free(output_dims);
  mambac_state_destroy(state);
  mambac_close(model);
  return 0;
}
