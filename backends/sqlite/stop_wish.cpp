#include "stop_wish.hpp"

#include <databased/error.hpp>

namespace databased::sqlite {

std::exception_ptr StopWish::error() const {
    if (was_stopped()) return std::make_exception_ptr(StoppedError("the statement was stopped on request"));
    return std::make_exception_ptr(TimeoutError("the statement was stopped: its time limit has passed"));
}

}  // namespace databased::sqlite
