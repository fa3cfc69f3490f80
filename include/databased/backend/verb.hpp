// What a connection is told: its SQL is the Dialect's business.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/small_vector.hpp>
#include <databased/options.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace databased {

namespace backend {

/// One thing that a connection is told.
enum class Verb : std::uint8_t {
    begin,
    savepoint,
    rollback_to,
    release,
    read_only,     ///< The rest of the innermost savepoint only reads.
    check,         ///< What COMMIT would check, deferred constraints, is checked now; the transaction goes on.
    run,           ///< The statement: the only one with text of the user's, but for `declare`.
    declare,       ///< Opens a cursor over the statement, and gives its first rows.
    fetch,         ///< The next rows of a cursor.
    close_cursor,  ///< A cursor is not needed any more.
    commit,
    rollback,
    ping,   ///< The database gives a sign of life.
    reset,  ///< What is left of the last user is taken away: the connection is as it was at `keep`, or not usable.
    keep,   ///< What is there now, made by the connect hook, stays for every user.
    // A bulk insert, where Capabilities::bulk is declared; each alone in its exchange, in an open transaction.
    bulk_begin,  ///< Of rows into Request::bulk.
    bulk_rows,   ///< Some of them: the runs of the statement, whose text is not sent.
    bulk_end,    ///< All are there. Anything else than these two ends a bulk insert with none of its rows.
};

struct Command {
    Verb verb = Verb::run;
    /// Of the savepoint or the cursor. They are counted together; numbers grow, and are never used twice on a
    /// connection.
    std::uint32_t number = 0;
};
using Commands = detail::SmallVector<Command, 6>;

/// Which verbs are among commands.
class VerbSet {
  public:
    constexpr VerbSet() noexcept = default;
    explicit VerbSet(const Commands& commands) noexcept {
        for (const Command& command : commands) bits_ |= bit(command.verb);
    }

    constexpr bool has(Verb verb) const noexcept { return (bits_ & bit(verb)) != 0; }
    /// Whether a transaction is open behind them.
    constexpr bool leave_open(bool was_open) const noexcept {
        return !has(Verb::commit) && !has(Verb::rollback) && (was_open || has(Verb::begin));
    }
    /// Neither what a COMMIT does nor cleaning up is cut short.
    constexpr bool may_be_stopped() const noexcept {
        return gives_rows() || has(Verb::begin) || has(Verb::savepoint) || has(Verb::ping) || are_bulk();
    }

    /// They are a step of a bulk insert.
    constexpr bool are_bulk() const noexcept {
        return has(Verb::bulk_begin) || has(Verb::bulk_rows) || has(Verb::bulk_end);
    }
    constexpr bool gives_rows() const noexcept { return has(Verb::run) || has(Verb::declare) || has(Verb::fetch); }

  private:
    static constexpr std::uint32_t bit(Verb verb) noexcept { return 1U << static_cast<unsigned>(verb); }

    std::uint32_t bits_ = 0;
};

/// Whether there may be rows behind it: one of these is in a request, at the most.
constexpr bool gives_rows(Verb verb) noexcept {
    return verb == Verb::run || verb == Verb::declare || verb == Verb::fetch;
}

/// As SQL names the cursor of that number.
DATABASED_API std::string name_of_cursor(std::uint32_t number);

/// As standard SQL names it.
DATABASED_API std::string_view name_of(Isolation isolation) noexcept;

}  // namespace backend

/// How a transaction begins.
struct TransactionOptions {
    Access access = Access::write;
    std::optional<Isolation> isolation{};
    bool deferrable = false;  ///< May wait for a snapshot that no serialization failure can hit.
};

}  // namespace databased
