// What a connection is told: its SQL is the Dialect's business.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/small_vector.hpp>
#include <databased/options.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace databased {

namespace backend {

/// One thing that a connection is told.
enum class Verb : std::uint8_t {
    begin,
    savepoint,
    rollback_to,
    release,
    read_only,  ///< The rest of the innermost savepoint only reads.
    check,      ///< What COMMIT would check, deferred constraints, is checked now; the transaction goes on.
    run,        ///< The statement: the only one with text of the user's.
    commit,
    rollback,
    ping,   ///< The database gives a sign of life.
    reset,  ///< What is left of the last user is taken away: the connection is as it was at `keep`, or not usable.
    keep,   ///< What is there now, made by the connect hook, stays for every user.
};

struct Command {
    Verb verb = Verb::run;
    std::uint32_t savepoint = 0;  ///< Numbers are never used twice on a connection.
};
using Commands = detail::SmallVector<Command, 6>;

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
