// Options of the sanitized programs: no search for leaks at exit, which hangs where ptrace is blocked (containers).
// ASAN_OPTIONS overrides this.
extern "C" const char *__asan_default_options() { return "detect_leaks=0"; }
