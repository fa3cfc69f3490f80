// Asks the server for types that are not known yet, while the results that need them wait.
#pragma once

#include "operation.hpp"
#include "type_catalog.hpp"

#include <databased/event_loop.hpp>
#include <databased/row.hpp>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace databased::postgresql {

class Pipeline;

/// Of one connection. Results are read as text where the answer does not come.
class TypeLookup {
  public:
    TypeLookup(Pipeline& pipeline, EventLoop& loop, TypeCatalog& catalog) noexcept
        : pipeline_(pipeline), loop_(loop), catalog_(catalog) {}

    /// The results of `operation` wait; Pipeline::types_came() is called for it.
    void ask(Operation& operation, const std::vector<Oid>& unknown);
    /// Nobody waits for `operation` any more.
    void forget(const Operation& operation) noexcept { std::erase(waiting_, &operation); }
    /// Reads what waits, without the answer.
    void give_up(Operation& operation) noexcept;
    /// Those that wait; they do not any more.
    std::vector<Operation*> take_all() noexcept { return std::exchange(waiting_, {}); }

  private:
    static Task<> find(std::weak_ptr<TypeLookup*> lookup, std::vector<Oid> unknown, std::uint64_t search);
    void add(const Rows& rows);
    void found(std::uint64_t search);

    Pipeline& pipeline_;
    EventLoop& loop_;
    TypeCatalog& catalog_;
    std::vector<Operation*> waiting_;
    std::uint64_t searches_ = 0;
    std::shared_ptr<TypeLookup*> self_ = std::make_shared<TypeLookup*>(this);  // for what runs on its own
};

}  // namespace databased::postgresql
