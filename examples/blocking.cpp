// The same verbs without coroutines, from several threads.
//
// usage: blocking [URL]     otherwise DATABASED_URL, otherwise a SQLite database in memory
#include <cstdlib>
#include <databased/databased.hpp>
#include <iostream>
#include <thread>
#include <vector>
using namespace databased;

struct Visit {
    std::string page;
    int visitors;
};

void count_visits(BlockingDatabase& database, int thread) {
    for (int i = 0; i < 10; ++i) {
        database.session([&](BlockingSession& session) {  // commits when its body returns
            session.execute("INSERT INTO visits (page, visitor) VALUES (?, ?)", "start", thread);
            if (i % 2 == 0) session.execute("INSERT INTO visits (page, visitor) VALUES (?, ?)", "news", thread);
        });
    }
}

int main(int count, char** arguments) {
    const char* const variable = std::getenv("DATABASED_URL");
    BlockingDatabase database{count > 1 ? arguments[1] : variable != nullptr ? variable : "sqlite:///:memory:"};
    database.connect();
    database.execute("CREATE TABLE visits (page TEXT NOT NULL, visitor INTEGER NOT NULL)");

    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) threads.emplace_back(count_visits, std::ref(database), thread);
    for (auto& thread : threads) thread.join();

    BlockingSession session = database.session();  // by hand: nothing lasts without commit()
    session.execute("DELETE FROM visits");
    session.rollback();
    session.close();

    for (const auto& visit :
         database.fetch_all<Visit>("SELECT page, count(*) AS visitors FROM visits GROUP BY page ORDER BY page"))
        std::cout << visit.page << ": " << visit.visitors << '\n';

    // Whatever needs coroutines runs on the database's own thread.
    auto [pages, visitors] = database.run([](Database& async) {
        return when_all(async.fetch_val<int>("SELECT count(DISTINCT page) FROM visits"),
                        async.fetch_val<int>("SELECT count(DISTINCT visitor) FROM visits"));
    });
    std::cout << pages.value() << " pages, " << visitors.value() << " visitors\n";

    database.execute("DROP TABLE visits");
    database.disconnect();
}
