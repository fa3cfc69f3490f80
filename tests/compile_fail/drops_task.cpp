// error: a Task does nothing until it is awaited: co_await it
#pragma GCC diagnostic error "-Wunused-result"
#include <databased/task.hpp>

databased::Task<> work();

void caller() { work(); }
