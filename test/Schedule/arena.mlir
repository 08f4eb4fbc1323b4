// Temporaries that are never live together share their place; the arena's length is a function of the symbols.
// RUN: mamba-opt %s --mambac-plan-arena --canonicalize --cse --split-input-file --verify-diagnostics | FileCheck %s

// Three buffers of one size, two of them live at a time: the third lies where the first was. The formula rounds each up.
// CHECK-LABEL: func.func @dynamic(
// CHECK-SAME: %[[ARENA:[a-z0-9]+]]: memref<?xi8> {mambac.arena}
// CHECK-SAME: mambac.arena_text = "128*(4*s0 ceildiv 64)"
// CHECK: %[[FIRST:.*]] = memref.view %[[ARENA]][%c0][%[[N:.*]]] : memref<?xi8> to memref<?xf32>
// CHECK: %[[SECOND:.*]] = memref.view %[[ARENA]][%[[AT:.*]]][%[[N]]]
// CHECK: call @use(%[[FIRST]], %[[SECOND]])
// CHECK: call @use(%[[SECOND]], %[[FIRST]])
// CHECK: func.func private @dynamic.arena(%[[S:.*]]: index) -> index
func.func @dynamic(%arena: memref<?xi8> {mambac.arena}, %s: index {mambac.symbol = 0}) attributes {mambac.abi, mambac.symbols = [{name = "s0"}]} {
  %a = memref.alloc(%s) : memref<?xf32>
  %b = memref.alloc(%s) : memref<?xf32>
  func.call @use(%a, %b) : (memref<?xf32>, memref<?xf32>) -> ()
  %c = memref.alloc(%s) : memref<?xf32>
  func.call @use(%b, %c) : (memref<?xf32>, memref<?xf32>) -> ()
  return
}
func.func private @use(memref<?xf32>, memref<?xf32>)

// -----

// One buffer, and then two others: which is longer is not known before the call, so the length is the larger of two sums.
// CHECK-LABEL: func.func @other_sizes(
// CHECK-SAME: mambac.arena_text = "max(256*s0*s1, 128*s1 + 64*s0)"
// CHECK: func.func private @other_sizes.arena(
// CHECK: %[[LENGTH:.*]] = arith.maxui
// CHECK: return %[[LENGTH]]
func.func @other_sizes(%arena: memref<?xi8> {mambac.arena}, %s: index {mambac.symbol = 0}, %t: index {mambac.symbol = 1})
    attributes {mambac.abi, mambac.symbols = [{name = "s0"}, {name = "s1"}]} {
  %a = memref.alloc(%s, %t) : memref<?x?x64xf32>
  %b = memref.alloc(%t) : memref<?x32xf32>
  func.call @first(%a) : (memref<?x?x64xf32>) -> ()
  %c = memref.alloc(%s) : memref<?x16xf32>
  func.call @second(%b, %c) : (memref<?x32xf32>, memref<?x16xf32>) -> ()
  return
}
func.func private @first(memref<?x?x64xf32>)
func.func private @second(memref<?x32xf32>, memref<?x16xf32>)

// -----

// Sizes known at compile time are packed by offset: the last fit where the first was.
// CHECK-LABEL: func.func @static(
// CHECK: func.func private @static.arena() -> index
// CHECK: %[[BYTES:.*]] = arith.constant 4160 : index
// CHECK: return %[[BYTES]]
func.func @static(%arena: memref<?xi8> {mambac.arena}) attributes {mambac.abi, mambac.symbols = []} {
  %a = memref.alloc() : memref<1024xf32>
  func.call @big(%a) : (memref<1024xf32>) -> ()
  %b = memref.alloc() : memref<16xf32>
  func.call @both(%a, %b) : (memref<1024xf32>, memref<16xf32>) -> ()
  %c = memref.alloc() : memref<16xf32>
  %d = memref.alloc() : memref<1000xf32>
  func.call @three(%b, %c, %d) : (memref<16xf32>, memref<16xf32>, memref<1000xf32>) -> ()
  return
}
func.func private @big(memref<1024xf32>)
func.func private @both(memref<1024xf32>, memref<16xf32>)
func.func private @three(memref<16xf32>, memref<16xf32>, memref<1000xf32>)

// -----

func.func @data(%arena: memref<?xi8> {mambac.arena}, %x: memref<index>) attributes {mambac.abi, mambac.symbols = []} {
  %n = memref.load %x[] : memref<index>
  // expected-error @below {{depends on data, not on the entry's sizes alone}}
  %a = memref.alloc(%n) : memref<?xf32>
  func.call @take(%a) : (memref<?xf32>) -> ()
  return
}
func.func private @take(memref<?xf32>)
