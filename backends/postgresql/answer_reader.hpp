// What the server's answers mean for what was sent.
#pragma once

#include "expected_messages.hpp"
#include "operation.hpp"
#include "refusal.hpp"
#include "result_rows.hpp"
#include "server_statements.hpp"
#include "session_reset.hpp"
#include "type_lookup.hpp"

#include <string>
#include <utility>

#include <libpq-fe.h>

namespace databased::postgresql {

/// Of one connection. Gives each answer to whom it is for; what follows for the connection is its caller's.
class AnswerReader {
  public:
    enum class Next {
        go_on,
        sync,      ///< A flight has ended.
        garbled,   ///< The answer does not belong to what was sent.
        copy,      ///< A COPY has begun.
        farewell,  ///< The connection ends; whether the command was carried out is not said.
    };

    AnswerReader(ExpectedMessages& expected, ServerStatements& prepared, SessionReset& reset,
                 TypeLookup& lookup) noexcept
        : expected_(expected), prepared_(prepared), reset_(reset), lookup_(lookup) {}

    /// Behind a pooler nothing of what the connect hook sets can be kept.
    void set_pooled(bool is_pooled) noexcept { is_pooled_ = is_pooled; }

    /// `is_cut`: the connection has ended.
    Next take(ResultHandle result, bool is_cut);
    /// Unasked: an error is why the server ends the connection.
    void take_notice(const PGresult* result);

    /// Why the server ends the connection; empty if it has not said so.
    const std::string& farewell() const noexcept { return farewell_; }
    const std::string& farewell_state() const noexcept { return farewell_state_; }
    /// Whether the schema was changed since this was asked last.
    bool take_schema_change() noexcept { return std::exchange(changes_schema_, false); }

  private:
    void take_success(Sent& head, ResultHandle result);
    static void take_verb(Operation& operation, const PGresult* result);
    void take_reset(const PGresult* result);
    void take_rows(Operation& operation, ResultHandle result);
    static void take_arrays(Sent& head, const PGresult* result);
    void note_tag(Operation& operation, const PGresult* result);
    Next take_error(Sent& head, const PGresult* result, bool is_cut);
    void take_stale(Sent& head, const Refusal& refusal);
    void take_skipped(Sent& head);
    void note_missing(const Sent& head, const Refusal& refusal);
    void note_farewell(const Refusal& refusal);

    ExpectedMessages& expected_;
    ServerStatements& prepared_;
    SessionReset& reset_;
    TypeLookup& lookup_;
    std::string farewell_;
    std::string farewell_state_ = "08006";
    bool changes_schema_ = false;
    bool is_pooled_ = false;
};

}  // namespace databased::postgresql
