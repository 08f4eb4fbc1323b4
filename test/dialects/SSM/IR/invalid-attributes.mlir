// Attributes with the prefix mambac. are checked where they stand, before a pass takes them for granted.
// RUN: mamba-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{"mambac.entry" has to be a unit attribute of a function}}
func.func @entry() attributes {mambac.entry = 1 : i64} {
  return
}

// -----

// expected-error @+1 {{a symbol needs 0 <= min <= max and multiple_of >= 1}}
func.func @multiple() attributes {mambac.symbols = [{name = "s0", multiple_of = 0 : i64}]} {
  return
}

// -----

// expected-error @+1 {{min of a symbol has to be an integer}}
func.func @minimum() attributes {mambac.symbols = [{name = "s0", min = "one"}]} {
  return
}

// -----

// expected-error @+1 {{"mambac.symbols" has to be a list of dictionaries}}
func.func @symbols() attributes {mambac.symbols = ["s0"]} {
  return
}

// -----

// expected-error @+1 {{"mambac.shape" has more symbols than mambac.symbols lists}}
func.func @shape(%x: tensor<?xf32> {mambac.shape = affine_map<()[s0] -> (s0)>}) {
  return
}

// -----

// expected-error @+1 {{"mambac.shape" has to be a map from symbols to the sizes of a tensor or memref}}
func.func @rank(%x: tensor<?xf32> {mambac.shape = affine_map<()[s0] -> (s0, s0)>}) attributes {mambac.symbols = [{}]} {
  return
}

// -----

// expected-error @+1 {{"mambac.shape" says 3 where the type says 4}}
func.func @size(%x: tensor<4xf32> {mambac.shape = affine_map<() -> (3)>}) {
  return
}

// -----

// expected-error @+1 {{"mambac.name" has to be a string}}
func.func @name() -> (tensor<1xf32> {mambac.name = 7 : i64}) {
  %x = arith.constant dense<1.0> : tensor<1xf32>
  return %x : tensor<1xf32>
}

// -----

// expected-error @+1 {{"mambac.limit" belongs to a tensor or memref of integers}}
func.func @limit(%x: tensor<4xf32> {mambac.limit = 3 : i64}) {
  return
}

// -----

// expected-error @+1 {{"mambac.symbol" has to number one of mambac.symbols, on an index}}
func.func @symbol(%x: index {mambac.symbol = 0 : i64}) {
  return
}

// -----

// expected-error @+1 {{"mambac.arena" has to be a unit attribute of a memref<?xi8>}}
func.func @arena(%x: memref<?xf32> {mambac.arena}) {
  return
}

// -----

// expected-error @+1 {{argument #0 of a function with mambac.abi is neither a memref nor a symbol}}
func.func @driver(%x: tensor<4xf32>) attributes {mambac.abi} {
  return
}

// -----

func.func @start(%x: memref<4xf32>, %y: memref<f32>) {
  // expected-error @+1 {{"mambac.start" has to be a number of the output's type on a linalg.generic, or a list with one (or a unit) for each of its outputs}}
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
      ins(%x : memref<4xf32>) outs(%y : memref<f32>) attrs = {mambac.start = 0 : i64} {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  }
  return
}
