// error: wrap a list in expand\(\)
#include <databased/databased.hpp>

#include <vector>

databased::Task<> caller(databased::Database& database) {
    const std::vector<int> ids{1, 2};
    co_await database.execute("DELETE FROM film WHERE id IN (?)", ids);
}
