// What the server has said of an operation.
#pragma once

#include <databased/backend.hpp>

#include <libpq-fe.h>

#include <cstddef>
#include <exception>

namespace databased::postgresql {

class OutcomeSoFar {
  public:
    /// The first failure counts.
    void fail(std::exception_ptr error) noexcept;
    bool has_failed() const noexcept { return outcome_.error != nullptr; }
    void replace_error(std::exception_ptr error) noexcept { outcome_.error = std::move(error); }
    std::size_t verbs_done() const noexcept { return outcome_.done; }
    void verb_done() noexcept { ++outcome_.done; }
    void run_done(const PGresult* result);
    /// The server has said how it ended, whatever happens to the connection.
    void answered() noexcept { outcome_.delivery = backend::Delivery::answered; }

  protected:
    ~OutcomeSoFar() = default;
    /// Nothing was done.
    void forget() noexcept;

    Outcome outcome_;
};

}  // namespace databased::postgresql
