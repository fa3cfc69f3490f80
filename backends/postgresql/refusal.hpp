// What the server says when it has not carried out a command.
#pragma once

#include <string_view>

#include <libpq-fe.h>

namespace databased::postgresql {

/// Empty where libpq itself has made the result.
std::string_view sqlstate_of(const PGresult* result) noexcept;

/// The parts of an error on which it depends what follows from it. Lives as long as the result.
struct Refusal {
    std::string_view sqlstate{};
    std::string_view message{};
    std::string_view function{};  ///< of the server's source
    bool has_context = false;     ///< A function of the user's has met it.
    bool is_fatal = false;        ///< The server ends the connection with it.

    /// Not a word of the command: the connection is over, or a pooler's to its server. PgBouncer says class 08,
    /// pgpool-II an internal error.
    bool is_of_connection() const noexcept {
        return is_fatal && (sqlstate.starts_with("08") || sqlstate.starts_with("XX"));
    }
    bool is_cancelled() const noexcept { return sqlstate == "57014"; }
    bool is_missing_statement() const noexcept { return sqlstate == "26000"; }
    /// Somebody has prepared another statement under its name.
    bool is_taken_name() const noexcept { return sqlstate == "42P05"; }
    /// VACUUM and its kin, and procedures that commit.
    bool is_for_no_transaction() const noexcept { return sqlstate == "25001" || sqlstate == "2D000"; }
    /// The statement itself was refused, and not what a function has done in it.
    bool is_of_statement() const noexcept { return !has_context && sqlstate.starts_with("42") && sqlstate != "42501"; }
    /// A prepared statement whose plan is out of date, or which the server does not have: nothing was done. Types of
    /// parameters are never found anew by the server; what it has found once may not be there any more.
    bool is_stale() const noexcept;
};

Refusal refusal_of(const PGresult* result) noexcept;

}  // namespace databased::postgresql
