// Prepared statements of one connection, the last used ones kept.
#pragma once

#include "parameter_list.hpp"
#include "proof.hpp"
#include "types.hpp"

#include <databased/detail/fields.hpp>
#include <databased/sql_text.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace databased::postgresql {

/// A text with the types of its parameters, and what is known of its results. Outlives its place in the cache for as
/// long as it is in flight.
struct PreparedStatement {
    std::shared_ptr<const SqlText> text;
    std::vector<Oid> types;    // of the parameters, as they were declared; 0 where the server chose
    std::string name;          // stable for the text and the types; empty where statements are not prepared
    bool is_prepared = false;  // the server has it, or will have it before what is sent next
    bool is_cached = true;
    std::uint64_t schema_version = 0;  // when it was prepared
    std::shared_ptr<Proof> proof{};    // what is known of the text

    // Of the last result.
    std::shared_ptr<const detail::ColumnSet> columns;
    std::vector<Oid> column_types;
    std::vector<TypeReader> readers;
    bool is_binary = false;  // all columns can be read in binary
    int rows_at_once = 8;    // taken from libpq in one part; 0: all. They may be large.
};

class StatementCache {
  public:
    /// With a capacity of 0 nothing is prepared; what is known of results is kept all the same.
    explicit StatementCache(std::size_t capacity, Proofs* proofs) : capacity_(capacity), proofs_(proofs) {}

    /// The statement for these parameters, perhaps one that is to be prepared yet. NULL fits every type.
    std::shared_ptr<PreparedStatement> find(const std::shared_ptr<const SqlText>& text,
                                            const ParameterList& parameters);
    /// One that is used only once, without a name and without what is known of earlier results.
    std::shared_ptr<PreparedStatement> make_unnamed(const std::shared_ptr<const SqlText>& text,
                                                    const ParameterList& parameters) const;
    /// It is not to be used any more. One that the server has is among the evicted ones then.
    void forget(PreparedStatement& statement);
    /// Somebody else has a statement of that name.
    void avoid(const std::string& name) { names_.insert(name); }
    /// Names that the server still has, of statements that are not kept any more.
    std::vector<std::string>& evicted() noexcept { return evicted_; }
    const std::vector<std::string>& evicted() const noexcept { return evicted_; }
    void clear() noexcept;

  private:
    using Statements = std::list<std::shared_ptr<PreparedStatement>>;

    std::shared_ptr<PreparedStatement> make(const std::shared_ptr<const SqlText>& text,
                                            const ParameterList& parameters) const;
    std::string unused_name(const std::string& name) const;
    void evict_oldest();
    void drop(Statements::iterator place) noexcept;

    static constexpr std::size_t least_kept = 64;  // also where nothing is prepared

    std::size_t capacity_;
    Proofs* proofs_;
    Statements statements_;                                             // the last used first
    std::unordered_multimap<std::size_t, Statements::iterator> index_;  // by the hash of the text
    std::unordered_set<std::string> names_;                             // in use
    std::vector<std::string> evicted_;
};

}  // namespace databased::postgresql
