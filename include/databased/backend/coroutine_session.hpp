// A connection whose requests are served by coroutines.
#pragma once

#include <databased/backend.hpp>

namespace databased {

/// For a client library that can be awaited, and for a session around another one: run() in place of start().
class DATABASED_API CoroutineSession : public SessionBackend {
  public:
    void start(backend::Exchange& exchange) noexcept final;

  protected:
    /// On `loop`.
    explicit CoroutineSession(EventLoop& loop) noexcept : loop_(loop) {}
    /// What the database says is in the Outcome; what is thrown counts as an error of which nothing is claimed. The
    /// task is destroyed where nobody waits for it any more.
    virtual Task<backend::Outcome> run(backend::Request request) = 0;

  private:
    EventLoop& loop_;
};

namespace backend {

/// Finishes `exchange` with what `task` gives or throws.
DATABASED_API void serve(EventLoop& loop, Exchange& exchange, Task<Outcome> task);

}  // namespace backend
}  // namespace databased
