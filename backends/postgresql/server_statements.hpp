// What the server has prepared for one connection, or will have before what is sent next.
#pragma once

#include "parameter_list.hpp"
#include "proof.hpp"
#include "statement_cache.hpp"
#include "type_catalog.hpp"

#include <databased/statement.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace databased::postgresql {

/// Users' statements, and the commands around them. Without I/O.
class ServerStatements {
  public:
    ServerStatements(TypeCatalog& catalog, Proofs& proofs) noexcept : catalog_(catalog), proofs_(proofs) {}

    /// With 0 nothing is prepared.
    void set_capacity(std::size_t capacity);

    /// For the first run of `statement`: not what was prepared under another schema.
    std::shared_ptr<PreparedStatement> find_first(const Statement& statement);
    /// For any run of it. Fills parameters().
    std::shared_ptr<PreparedStatement> find(const Statement& statement, std::size_t run);
    const ParameterList& parameters() const noexcept { return parameters_; }
    /// It is sent to the server now.
    void prepared(PreparedStatement& statement) const noexcept;
    /// What the user has done may change what a text means: nothing that is kept is used until trust_names().
    void distrust_names() noexcept { may_name_ = false; }
    void trust_names() noexcept { may_name_ = true; }

    /// For a command that is sent again and again; null if it is not to be prepared.
    std::shared_ptr<PreparedStatement> find_verb(const std::string& sql);

    // What the server says.

    /// It was not prepared after all.
    void skipped(PreparedStatement& statement);
    /// The server has refused to prepare it, because of its name perhaps.
    void refused(const std::shared_ptr<PreparedStatement>& statement, bool is_name_taken);
    /// The server does not have some command, nor others perhaps.
    void verbs_are_missing() noexcept { verbs_.clear(); }
    /// What was prepared does not hold any more, or is not there.
    void stale(PreparedStatement& statement, bool is_missing);
    /// The server has none of them any more.
    void forget_all() noexcept;

    /// Names that the server still has, of statements that are not kept any more. They are not named twice.
    std::vector<std::string> take_evicted() noexcept { return std::exchange(statements_.evicted(), {}); }
    bool has_evicted() const noexcept { return !statements_.evicted().empty(); }

  private:
    static constexpr std::size_t most_verbs = 32;
    static constexpr std::size_t a_stride = 1'000;  // beyond the names that somebody has taken

    TypeCatalog& catalog_;
    Proofs& proofs_;
    std::size_t capacity_ = 256;
    StatementCache statements_{256, &proofs_};
    std::unordered_map<std::string, std::shared_ptr<PreparedStatement>> verbs_;
    std::size_t verb_names_ = 0;  // used so far
    ParameterList parameters_;
    bool may_name_ = true;
};

}  // namespace databased::postgresql
