# Target helpers. Everything that uses MLIR links the shared libraries MLIR and LLVM alone (the static archives would
# register everything twice) and reuses one precompiled header; the runtime and the archive reader use neither.

# mambac_library(NAME sources... [LINK libs...]): a static library of the compiler.
function(mambac_library name)
  cmake_parse_arguments(ARG "" "" "LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  mambac_use_mlir(${name})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()

# mambac_use_mlir(TARGET): include paths, flags, libraries and the precompiled header of the compiler side.
function(mambac_use_mlir name)
  target_include_directories(${name} SYSTEM PUBLIC ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
  target_compile_options(${name} PRIVATE -fno-exceptions)
  target_link_libraries(${name} PUBLIC MLIR LLVM)
  if(TARGET mambac-pch AND NOT name STREQUAL "mambac-pch")
    target_precompile_headers(${name} REUSE_FROM mambac-pch)
  endif()
endfunction()

# mambac_tool(NAME sources... [LINK libs...]): a program in build/bin.
function(mambac_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  # Compiled like a library (-fPIC, not -fPIE), or the precompiled header would not fit.
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE -fPIC)
  mambac_use_mlir(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
endfunction()
