//===- mamba-run.cpp - Runs compiled models -----------------------------------------------------------------------===//
//
// The program that runs a .so of mambac, and the runner at the front of an executable product. All of it is in
// lib/Runtime/Runner.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Runner.h"

int main(int count, char **arguments) { return mambac::runner::runMain(count, arguments); }
