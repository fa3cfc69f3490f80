// error: (use of deleted function|call to (implicitly-)?deleted).*
#include <databased/task.hpp>

databased::Task<> copy(const databased::Task<>& task) { return task; }
