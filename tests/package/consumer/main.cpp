#include <databased/databased.hpp>

#include <cstdio>

databased::Task<int> answer() {
    databased::Database database{"sqlite:///:memory:"};
    co_await database.connect();
    const std::optional<int> value = co_await database.fetch_val<int>("SELECT 6 * ?", 7);
    co_await database.disconnect();
    co_return value.value();
}

int main() {
    const int value = databased::run(answer());
    std::printf("the answer is %d\n", value);
    return value == 42 ? 0 : 1;
}
