// What goes around the statement of a flight, and behind it. Decisions only.
#pragma once

namespace databased::postgresql {

/// On what it depends.
struct FlightFacts {
    bool is_own = false;            ///< The backend asks by itself.
    bool is_reset = false;          ///< Takes away what is left, and nothing else.
    bool is_alone = false;          ///< Autocommitted.
    bool ends_transaction = false;  ///< The user's.
    bool makes_ready = false;       ///< What it leaves is there for every user.
    bool is_followed = false;       ///< By another statement of its user.
    bool read_only = false;         ///< Must not write.
    bool is_read = false;           ///< Proved not to write.
    bool goes_bare = false;         ///< The server refuses to run it in a transaction.
    bool is_pooled = false;         ///< The server's connection is another one in every transaction.
    bool needs_setting = false;     ///< Something is to be set in each of them.
    bool is_reset_owed = false;
};

enum class Around { nothing, transaction, read_only_transaction };

/// Nothing but what makes a difference: what must not write is kept from it by the server, and what may leave something
/// in a server's connection that others use is followed by the reset before that is given away.
constexpr Around around(const FlightFacts& facts) noexcept {
    if (!facts.is_alone || facts.is_own || facts.goes_bare) return Around::nothing;
    if (facts.read_only && !facts.is_read) return Around::read_only_transaction;
    const bool needs_one = facts.needs_setting || (facts.is_pooled && facts.is_reset_owed);
    return needs_one ? Around::transaction : Around::nothing;
}

enum class Behind {
    sync,
    resets,                  ///< Under the same sync: the flight has ended a transaction.
    sync_and_resets,         ///< What is left comes with the end of the statement's own transaction.
    transaction_and_resets,  ///< The same, on one connection of the server: deferred triggers come before the reset.
};

/// `is_enclosed`: something went around it.
constexpr Behind behind(const FlightFacts& facts, bool is_enclosed) noexcept {
    if (!facts.is_reset_owed || facts.is_own) return Behind::sync;
    if (facts.is_reset) return Behind::resets;
    const bool ends_use = facts.is_alone || facts.ends_transaction;
    if (!ends_use || ((facts.makes_ready || facts.is_followed) && !facts.is_pooled)) return Behind::sync;
    if (facts.goes_bare) return Behind::transaction_and_resets;
    return facts.is_alone && !is_enclosed ? Behind::sync_and_resets : Behind::resets;
}

}  // namespace databased::postgresql
