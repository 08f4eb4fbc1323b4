# What `cmake --install` puts where: programs, the runtime, the headers of the dialect, the passes and the C interface,
# and a CMake package (find_package(Mambac)). include/ is an include root as the repository's root is one.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(CMAKE_INSTALL_LIBDIR lib) # bin/mambac looks for ../lib/libMambacRuntime.a

install(TARGETS mambac mamba-opt mamba-run mamba-reduce mamba-lsp-server RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS mambac-runner RUNTIME DESTINATION libexec)
install(TARGETS MambacRuntime ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/mambac DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY dialects DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" PATTERN "*.td")
install(DIRECTORY ${CMAKE_BINARY_DIR}/dialects DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h.inc" PATTERN "CMakeFiles" EXCLUDE)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/Mambac)
configure_package_config_file(cmake/MambacConfig.cmake.in ${CMAKE_BINARY_DIR}/MambacConfig.cmake
  INSTALL_DESTINATION ${package}
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_BINDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/MambacConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/MambacConfig.cmake ${CMAKE_BINARY_DIR}/MambacConfigVersion.cmake DESTINATION ${package})
