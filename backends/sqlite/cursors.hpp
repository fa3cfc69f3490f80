// Statements that stay open between two jobs, and give their rows bit by bit.
#pragma once

#include "handle.hpp"
#include "interrupts.hpp"
#include "job.hpp"
#include "statement_runner.hpp"

#include <databased/detail/fetch_size.hpp>

#include <cstdint>
#include <exception>
#include <map>

namespace databased::sqlite {

/// Those of the open transaction.
class Cursors {
  public:
    Cursors(Handle& handle, Interrupts& interrupts, StatementRunner& runner)
        : handle_(handle), interrupts_(interrupts), runner_(runner) {}

    /// Over the statement of `job`, whose values it keeps. Nothing, or what went wrong: then it is closed. So with
    /// fetch(), which gives no rows behind the end.
    std::exception_ptr declare(Job& job, std::uint32_t number);
    std::exception_ptr fetch(Job& job, std::uint32_t number);
    void close(std::uint32_t number) noexcept { close(cursors_.find(number)); }
    /// Those with higher numbers.
    void close_behind(std::uint32_t number) noexcept;
    void close_all() noexcept { close_behind(0); }

  private:
    struct Cursor {
        PreparedStatement statement{};
        Statement::Pointer values{};
        detail::FetchSize size{};
        bool is_at_end = false;
    };
    using Place = std::map<std::uint32_t, Cursor>::iterator;

    int step_rows(Job& job, Cursor& cursor);
    int begin_rows(Job& job, Cursor& cursor);
    void finish(Cursor& cursor) noexcept;
    void close(Place place) noexcept;

    Handle& handle_;
    Interrupts& interrupts_;
    StatementRunner& runner_;
    std::map<std::uint32_t, Cursor> cursors_;
};

}  // namespace databased::sqlite
