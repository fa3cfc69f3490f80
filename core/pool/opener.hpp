// How a pool gets new connections.
#pragma once

#include "execution/channel.hpp"

#include <databased/detail/callback.hpp>
#include <databased/task.hpp>

#include <cstddef>
#include <memory>

namespace databased::detail {

class Pool;

/// Opens connections on its own, so that whoever gives up waiting leaves a usable one to the others.
class Opener {
  public:
    /// Opens a connection and makes it ready, hooks included.
    using Open = detail::Callback<Task<std::shared_ptr<Channel>>()>;

    Opener(Pool& pool, Open open) : pool_(pool), open_(std::move(open)) {}

    /// Those that are being opened.
    std::size_t count() const noexcept { return count_; }
    /// Begins to open one for the pool, which hears of it. The pool lives until then.
    void start(EventLoop& loop);
    /// Opens one for the caller.
    Task<std::shared_ptr<Channel>> open() { return open_(); }

  private:
    static Task<> run(std::shared_ptr<Pool> pool, Opener& self);

    Pool& pool_;
    Open open_;
    std::size_t count_ = 0;
};

}  // namespace databased::detail
