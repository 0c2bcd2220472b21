// Lets the compiler accept a function without a body: main's, in run_wasip1.go.
