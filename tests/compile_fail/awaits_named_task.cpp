// error: deleted .*co_await
#include <databased/task.hpp>

databased::Task<> caller(databased::Task<> task) { co_await task; }
