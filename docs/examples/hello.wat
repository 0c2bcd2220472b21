;; A whole plugin without a generator of bindings: one scenario with one task, which asks for "/".
(module
  (import "wasmswarm:scenario/http@0.1.0" "send" (func $send (param $request i32) (param $result i32)))
  (memory (export "memory") 1)

  ;; What `describe` returns, a result<description, string>: ok, about, scenarios, options, shape.
  (data (i32.const 0x100) "\00\00\00\00" "\00\02\00\00\10\00\00\00" "\40\01\00\00\01\00\00\00"
    "\00\00\00\00\00\00\00\00" "\00")
  ;; A scenario-info: name, weight(1), random order, constant(100000) after 7 bytes of padding, tasks.
  (data (i32.const 0x140) "\10\02\00\00\07\00\00\00" "\00\00\00\00\01\00\00\00" "\00\00\00\00\00\00\00\00"
    "\01\00\00\00\00\00\00\00" "\a0\86\01\00\00\00\00\00" "\00\00\00\00\00\00\00\00" "\80\01\00\00\01\00\00\00")
  ;; A task-info: name, weight, tags.
  (data (i32.const 0x180) "\20\02\00\00\0a\00\00\00" "\01\00\00\00" "\00\00\00\00\00\00\00\00")
  ;; A request: method and url. All else is 0, which is the default; `keep` at its end is `nothing`.
  (data (i32.const 0x1a0) "\30\02\00\00\03\00\00\00" "\33\02\00\00\01\00\00\00")
  (data (i32.const 0x1e8) "\01")

  (data (i32.const 0x200) "a plugin by hand")
  (data (i32.const 0x210) "Visitor")
  (data (i32.const 0x220) "front_page")
  (data (i32.const 0x230) "GET/")
  (data (i32.const 0x240) "there is no response")

  ;; Where `send` leaves its result, at 0x280. What an export returns that has nothing to say: the first
  ;; case of a result, with an empty list, nothing, or an outcome of which all is scheduled. It is all 0.
  (global $nothing i32 (i32.const 0x2c0))
  ;; What `run-task` returns without a response: err("there is no response").
  (data (i32.const 0x300) "\01\00\00\00\00\00\00\00" "\40\02\00\00\14\00\00\00")
  ;; What `shape` returns: ok(stop).
  (data (i32.const 0x340) "\00\00\00\00\00\00\00\00" "\02")

  (func (export "wasmswarm:scenario/scenario@0.1.0#describe") (result i32)
    (i32.const 0x100))
  (func (export "wasmswarm:scenario/scenario@0.1.0#setup") (result i32)
    (global.get $nothing))
  (func (export "wasmswarm:scenario/scenario@0.1.0#teardown") (param $data i32) (param $size i32) (result i32)
    (global.get $nothing))
  (func (export "wasmswarm:scenario/scenario@0.1.0#setup-scenario")
    (param $scenario i32) (param $data i32) (param $size i32) (result i32)
    (global.get $nothing))
  (func (export "wasmswarm:scenario/scenario@0.1.0#teardown-scenario")
    (param $scenario i32) (param $data i32) (param $size i32) (result i32)
    (global.get $nothing))
  (func (export "wasmswarm:scenario/scenario@0.1.0#shape") (param $elapsed i64) (param $users i32) (result i32)
    (i32.const 0x340))
  (func (export "wasmswarm:scenario/scenario@0.1.0#on-start")
    (param $scenario i32) (param $data i32) (param $size i32) (param $own i32) (param $own-size i32) (result i32)
    (global.get $nothing))
  (func (export "wasmswarm:scenario/scenario@0.1.0#on-stop") (param $scenario i32) (result i32)
    (global.get $nothing))

  (func (export "wasmswarm:scenario/scenario@0.1.0#run-task") (param $scenario i32) (param $task i32) (result i32)
    ;; What the host has put into memory until now was needed by earlier calls only.
    (global.set $top (i32.const 0x1000))
    (call $send (i32.const 0x1a0) (i32.const 0x280))
    (if (result i32) (i32.load8_u (i32.const 0x280))
      (then (i32.const 0x300))
      (else (global.get $nothing))))

  ;; Memory for what the host passes: the next free place, aligned. `old` is 0, as no value grows.
  (global $top (mut i32) (i32.const 0x1000))
  (func (export "cabi_realloc")
    (param $old i32) (param $old-size i32) (param $alignment i32) (param $size i32) (result i32)
    (local $place i32)
    (local.set $place (i32.and
      (i32.add (global.get $top) (i32.sub (local.get $alignment) (i32.const 1)))
      (i32.sub (i32.const 0) (local.get $alignment))))
    (global.set $top (i32.add (local.get $place) (local.get $size)))
    (if (i32.gt_u (global.get $top) (i32.mul (memory.size) (i32.const 65536)))
      (then
        (if (i32.eq (i32.const -1) (memory.grow (i32.add (i32.shr_u (local.get $size) (i32.const 16)) (i32.const 1))))
          (then unreachable))))
    (local.get $place)))
