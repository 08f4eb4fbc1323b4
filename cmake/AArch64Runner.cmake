# libexec/mambac-runner-aarch64: the program that mambac puts in front of an executable for AArch64. It is built where
# there is a cross compiler (Debian: g++-aarch64-linux-gnu), from the sources of the runner that this machine runs. PCRE2,
# utf8proc and zlib are this machine's alone, so it is built without tokenizers and the reader of .pt2 archives: it reads models of
# bytes, and other weights from safetensors.
find_program(MAMBAC_AARCH64_CXX aarch64-linux-gnu-g++)
if(NOT MAMBAC_AARCH64_CXX OR CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
  return()
endif()

# Headers alone, by links: the folder that they are in belongs to this machine's libraries.
set(folder ${CMAKE_BINARY_DIR}/aarch64)
file(MAKE_DIRECTORY ${folder}/include)
foreach(header nlohmann/json.hpp CLI/CLI.hpp xxhash.h xxh3.h)
  find_path(MAMBAC_FOLDER_OF_${header} ${header} NO_CACHE)
  string(REGEX REPLACE "/.*" "" first ${header})
  file(CREATE_LINK ${MAMBAC_FOLDER_OF_${header}}/${first} ${folder}/include/${first} SYMBOLIC)
endforeach()

find_program(MAMBAC_CCACHE ccache)
set(compile ${MAMBAC_CCACHE})
if(NOT MAMBAC_CCACHE)
  set(compile)
endif()
set(objects)
foreach(library MambacRuntime MambacRunner MambacTokenizer MambacProductWriter MambacRepack)
  get_target_property(sources ${library} SOURCES)
  get_target_property(from ${library} SOURCE_DIR)
  if(library STREQUAL MambacTokenizer)
    set(sources Utf8.cpp)
  endif()
  foreach(source ${sources})
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${from} NORMALIZE)
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${CMAKE_SOURCE_DIR}/lib OUTPUT_VARIABLE name)
    string(REPLACE "/" "." name ${name})
    set(object ${folder}/${name}.o)
    add_custom_command(OUTPUT ${object}
      COMMAND ${compile} ${MAMBAC_AARCH64_CXX} -std=c++17 -O2 -fPIE -ffunction-sections -fdata-sections
              -DMAMBAC_VERSION="${PROJECT_VERSION}" -DMAMBAC_WITHOUT_TOKENIZER -DMAMBAC_WITHOUT_ARCHIVES
              -I${CMAKE_SOURCE_DIR} -I${CMAKE_SOURCE_DIR}/include -isystem ${folder}/include
              -MD -MF ${object}.d -MT ${object} -c ${source} -o ${object}
      DEPENDS ${source} DEPFILE ${object}.d
      COMMENT "Building ${source} for AArch64" VERBATIM)
    list(APPEND objects ${object})
  endforeach()
endforeach()

set(main ${CMAKE_SOURCE_DIR}/tools/mamba-run/mamba-run.cpp)
set(runner ${CMAKE_BINARY_DIR}/libexec/mambac-runner-aarch64)
add_custom_command(OUTPUT ${runner}
  COMMAND ${MAMBAC_AARCH64_CXX} -std=c++17 -O2 -pie -fPIE -I${CMAKE_SOURCE_DIR} ${main} ${objects} -static-libgcc
          -Wl,--gc-sections -s -pthread -ldl -lm -o ${runner}
  DEPENDS ${main} ${objects} COMMENT "Linking mambac-runner-aarch64" VERBATIM)
add_custom_target(mambac-runner-aarch64 ALL DEPENDS ${runner})
install(PROGRAMS ${runner} DESTINATION libexec)
