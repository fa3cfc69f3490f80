#include "admission.hpp"

#include "pragmas.hpp"

#include <databased/error.hpp>

#include <string>
#include <string_view>

namespace databased::sqlite {

namespace {

constexpr std::string_view own_options[] = {"busy_timeout", "journal_mode", "synchronous", "foreign_keys"};

/// How the URL says what the PRAGMA says.
std::string option_for(const std::string& pragma) {
    for (const auto own : own_options) {
        if (own == pragma) return pragma + "=...";
    }
    return "pragma." + pragma + "=...";
}

std::exception_ptr not_supported(const std::string& message) {
    return std::make_exception_ptr(NotSupportedError(message));
}

std::exception_ptr refused_pragma(const StatementFacts& facts, Situation situation) {
    const std::string pragma = "PRAGMA " + facts.pragma;
    switch (kind_of_pragma(facts.pragma)) {
        case PragmaKind::question:
        case PragmaKind::setting:
            return {};
        case PragmaKind::unknown:
            if (!situation.in_memory || situation.is_hook) return {};
            return not_supported(pragma +
                                 " cannot be taken back, and a database in memory has no other connection for "
                                 "its next user: set it in on_connect() or in the URL (" +
                                 option_for(facts.pragma) + ")");
        case PragmaKind::outside_transactions:
            if (!situation.in_transaction) return {};
            return not_supported(
                "SQLite ignores " + pragma + " inside a transaction, and a session is one: set it in " + "the URL (" +
                option_for(facts.pragma) + ") or in on_connect(), if need be of a " + "Database of its own");
        case PragmaKind::new_file:
            return not_supported(pragma + " shapes a file before anything is in it, and is ignored later: write it " +
                                 "into the URL (" + option_for(facts.pragma) + ")");
        case PragmaKind::process:
            return not_supported(pragma + " is for all SQLite databases of the process; it can be set in the URL (" +
                                 option_for(facts.pragma) + ") only");
        case PragmaKind::locking:
            return not_supported(pragma + " would lock out the other connections of this Database");
        case PragmaKind::key:
            return not_supported(pragma +
                                 " comes too late to encrypt a database that is open: write the key into the " +
                                 "URL (" + option_for(facts.pragma) + "), for a SQLite that can encrypt");
    }
    return {};
}

/// Who runs a statement by itself has no connection: nobody would find what it leaves there.
std::exception_ptr refused_alone(const StatementFacts& facts) {
    constexpr const char* way = "for all connections by on_connect(), or for a while inside session()";
    switch (facts.trace) {
        case Trace::none:
        case Trace::triggered_rows:
            return {};
        case Trace::setting:
            return not_supported("PRAGMA " + facts.pragma + " is set on one connection, and taken back when this " +
                                 "statement has ended: set it in the URL (" + option_for(facts.pragma) + "), or " +
                                 way);
        case Trace::attachment:
            return not_supported(
                std::string{"a database is attached to one connection, and detached when this statement "
                            "has ended: attach it "} +
                way);
        case Trace::temporary_object:
        case Trace::temporary_rows:
            return not_supported(std::string{"what is temporary belongs to one connection, and is gone when this "
                                             "statement has ended: make and use it "} +
                                 way);
        case Trace::extension:
            return not_supported(std::string{"code is added to one connection, which is closed when this statement has "
                                             "ended: add it "} +
                                 way);
    }
    return {};
}

}  // namespace

std::exception_ptr refusal(const StatementFacts& facts, Situation situation) {
    if (!facts.transaction_verb.empty()) {
        return std::make_exception_ptr(SessionStateError(
            facts.transaction_verb +
            " is not for execute(): transactions are begun and ended by session() and transaction()"));
    }
    if (!facts.pragma.empty()) {
        if (auto refused = refused_pragma(facts, situation)) return refused;
    }
    if (situation.is_hook || situation.in_transaction) return {};
    return refused_alone(facts);
}

}  // namespace databased::sqlite
