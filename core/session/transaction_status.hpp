// What a database has said of a transaction. No I/O.
#pragma once

#include "execution/channel.hpp"

#include <databased/backend.hpp>

#include <exception>
#include <span>

namespace databased::detail {

class TransactionStatus {
  public:
    bool has_begun() const noexcept { return begun_; }
    backend::Transaction expected() const noexcept {
        return begun_ ? backend::Transaction::open : backend::Transaction::none;
    }
    /// Why the database has ended it, once it was begun; null if it has not.
    const std::exception_ptr& ended_by() const noexcept { return ended_by_; }
    /// The first error since the last rollback, where no statement can run behind one; else null.
    const std::exception_ptr& failed_by() const noexcept { return failed_by_; }

    /// How an exchange has ended; `done` are those of its commands beside the statement that were carried out.
    void note(std::span<const backend::Command> done, const Judged& judged);

  private:
    void note_failure(const Outcome& outcome);

    bool begun_ = false;
    std::exception_ptr ended_by_;
    std::exception_ptr failed_by_;
};

}  // namespace databased::detail
