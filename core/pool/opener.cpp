#include "pool/opener.hpp"

#include "pool/pool.hpp"

#include <exception>
#include <utility>

namespace databased::detail {

void Opener::start(EventLoop& loop) {
    ++count_;
    loop.spawn(run(pool_.shared_from_this(), *this));
}

Task<> Opener::run(std::shared_ptr<Pool> pool, Opener& self) {
    std::shared_ptr<Channel> channel;
    std::exception_ptr failure;
    try {
        channel = co_await self.open_();
    } catch (...) {
        failure = std::current_exception();
    }
    --self.count_;
    if (failure) {
        pool->could_not_open(failure);
    } else {
        pool->opened(std::move(channel));
    }
}

}  // namespace databased::detail
