// Fuzzes the metadata of products: any text must give a signature whose views can be read, or a message.
#include "lib/Runtime/Metadata.h"

#include <cstdlib>
#include <cstring>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string text(reinterpret_cast<const char *>(data), size);
  mambac::Metadata metadata;
  mambac::ErrorText error;
  if (metadata.parse(text.c_str(), "fuzz.so", error)) {
    if (!*error.get())
      std::abort();
    return 0;
  }
  size_t length = 0;
  const mambac_text_info &info = metadata.text.info;
  for (int32_t i = 0; i < info.num_eos; ++i)
    length += size_t(info.eos[i] < 0);
  for (const char *piece :
       {info.chat_begin, info.chat_reply, info.chat_next, info.chat_system_begin, info.chat_system_end})
    length += piece ? strlen(piece) : 0;
  for (const mambac::Entry &entry : metadata.entries)
    for (int32_t i = 0; i < entry.info.num_inputs; ++i)
      for (int32_t d = 0; d < entry.info.inputs[i].rank; ++d)
        length += strlen(entry.info.inputs[i].dim_texts[d]);
  return length == SIZE_MAX ? 1 : 0;
}
