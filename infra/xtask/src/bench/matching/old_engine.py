"""The engine that came before, ported faithfully to be measured beside ours.

As it was: complementarity in hard-coded dictionaries that are looked up skill by skill, in both directions, for every pair
of people; fields, goals and experience by dictionaries and branches; interests and languages as sets that are built per
pair; a cosine of float32 embeddings by numpy; a fixed weight per component; reasons as formatted strings, always.

A line of JSON on standard input is a request, a line on standard output its answer.
"""

import json
import platform
import sys
import time
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import numpy as np

WEIGHTS = {
    "skills": 0.264, "field": 0.1056, "experience": 0.088, "interests": 0.1144, "goals": 0.132, "languages": 0.0616,
    "availability": 0.0704, "place": 0.044, "semantic": 0.12,
}

SKILL_COMPLEMENTARITY = {
    "rust": {"product design": 0.82, "typescript": 0.84, "embedded systems": 0.84, "distributed systems": 0.8,
             "ux design": 0.8, "product management": 0.84, "sales": 0.66, "figma": 0.8, "user research": 0.8},
    "python": {"machine learning": 0.86, "data engineering": 0.84, "react": 0.82, "product management": 0.84,
               "statistics": 0.74, "ux design": 0.8},
    "go": {"kubernetes": 0.84, "react": 0.82, "terraform": 0.76, "product design": 0.8},
    "postgresql": {"react": 0.82, "data visualisation": 0.82, "product management": 0.84, "machine learning": 0.74},
    "react": {"node.js": 0.86, "ui design": 0.88, "api design": 0.82, "ux design": 0.88, "copywriting": 0.58},
    "typescript": {"rust": 0.84, "ui design": 0.88, "product design": 0.88, "backend development": 0.82},
    "swift": {"kotlin": 0.78, "ui design": 0.86, "backend development": 0.8, "product management": 0.8},
    "kotlin": {"swift": 0.78, "ui design": 0.86, "backend development": 0.8},
    "kubernetes": {"go": 0.84, "machine learning": 0.7, "rust": 0.76},
    "machine learning": {"python": 0.86, "biology": 0.88, "data engineering": 0.86, "product management": 0.8},
    "data analysis": {"experimentation": 0.88, "growth marketing": 0.86, "product management": 0.8},
    "statistics": {"scientific research": 0.92, "journalism": 0.56},
    "data visualisation": {"journalism": 0.88, "graphic design": 0.82, "sql": 0.82},
    "product design": {"product management": 0.9, "rust": 0.82, "react": 0.88},
    "ux design": {"user research": 0.8, "accessibility": 0.92, "frontend development": 0.88},
    "ui design": {"css": 0.9, "illustration": 0.84, "react": 0.88},
    "user research": {"product management": 0.88, "sales": 0.64},
    "figma": {"react": 0.88, "typescript": 0.88},
    "branding": {"copywriting": 0.92, "content marketing": 0.88, "jewellery making": 0.86},
    "illustration": {"sewing": 0.8, "copywriting": 0.8, "animation": 0.5},
    "product management": {"backend development": 0.86, "sales": 0.86, "ux design": 0.88},
    "seo": {"copywriting": 0.9, "content marketing": 0.78, "journalism": 0.86},
    "growth marketing": {"data analysis": 0.86, "sales": 0.88, "copywriting": 0.86},
    "social media marketing": {"photography": 0.9, "video editing": 0.92, "ceramics": 0.84},
    "sales": {"growth marketing": 0.88, "backend development": 0.78, "product management": 0.86},
    "fundraising": {"storytelling": 0.86, "finance": 0.84},
    "law": {"security": 0.72, "sales": 0.58, "fundraising": 0.54},
    "copywriting": {"branding": 0.92, "seo": 0.9, "photography": 0.8},
    "storytelling": {"filmmaking": 0.92, "fundraising": 0.86, "podcasting": 0.8},
    "photography": {"social media marketing": 0.9, "woodworking": 0.82, "sewing": 0.84},
    "video editing": {"social media marketing": 0.92, "curriculum design": 0.8},
    "filmmaking": {"sound design": 0.92, "storytelling": 0.92},
    "podcasting": {"sound design": 0.9, "journalism": 0.9},
    "woodworking": {"photography": 0.82, "metalworking": 0.78, "3d modelling": 0.8, "teaching": 0.74},
    "ceramics": {"social media marketing": 0.84, "photography": 0.58},
    "teaching": {"curriculum design": 0.76, "video editing": 0.68},
    "biology": {"machine learning": 0.88, "chemistry": 0.76},
    "scientific research": {"statistics": 0.92, "technical writing": 0.82},
}

FIELD_SYNERGY = {
    ("design", "technology"): 0.9, ("product", "technology"): 0.9, ("business", "technology"): 0.75,
    ("marketing", "technology"): 0.7, ("data", "technology"): 0.8, ("content", "technology"): 0.6,
    ("crafts", "technology"): 0.55, ("science", "technology"): 0.75, ("education", "technology"): 0.65,
    ("design", "product"): 0.9, ("design", "marketing"): 0.85, ("business", "design"): 0.65, ("data", "design"): 0.6,
    ("content", "design"): 0.8, ("crafts", "design"): 0.7, ("marketing", "product"): 0.85, ("business", "product"): 0.85,
    ("data", "product"): 0.8, ("business", "marketing"): 0.85, ("content", "marketing"): 0.9, ("crafts", "marketing"): 0.75,
    ("data", "marketing"): 0.75, ("business", "data"): 0.75, ("data", "science"): 0.9, ("content", "education"): 0.85,
    ("education", "science"): 0.85, ("content", "crafts"): 0.6, ("content", "science"): 0.65,
}

GOAL_COMPLEMENTARITY = {
    "co-founder": {"co-founder": 1.0, "collaborate": 0.7, "network": 0.45, "find-work": 0.4},
    "collaborate": {"collaborate": 1.0, "co-founder": 0.7, "learn": 0.6, "network": 0.55, "find-work": 0.5},
    "hire": {"find-work": 1.0, "network": 0.45, "collaborate": 0.4},
    "find-work": {"hire": 1.0, "network": 0.5, "collaborate": 0.5},
    "mentor": {"be-mentored": 1.0, "learn": 0.85, "network": 0.45},
    "be-mentored": {"mentor": 1.0, "learn": 0.45, "network": 0.45},
    "learn": {"mentor": 0.85, "learn": 0.7, "collaborate": 0.6, "network": 0.55},
    "network": {"network": 0.85, "learn": 0.55, "collaborate": 0.55, "find-work": 0.5},
}


class Person:
    """A profile as it came from the database, with what was computed once: lower case, offsets, the embedding."""

    def __init__(self, body, vector):
        self.name = body["name"]
        self.field = body["field"]
        self.experience = body["experience_years"]
        self.skills = [skill.lower() for skill in body.get("skills", [])]
        self.interests = [interest.lower() for interest in body.get("interests", [])]
        self.goals = body.get("goals", [])
        self.languages = body.get("languages", [])
        self.place = body.get("place")
        self.hours = body.get("availability_hours_per_week")
        zone = ZoneInfo(body["time_zone"])
        moments = [datetime(2026, month, 1, tzinfo=timezone.utc) for month in (1, 7)]
        self.offset = sum(moment.astimezone(zone).utcoffset().total_seconds() for moment in moments) / 2 / 3600
        self.embedding = np.array(vector, dtype=np.float32)


class OldEngine:
    def skill_pair(self, a, b):
        if a == b:
            return 0.5
        direct = SKILL_COMPLEMENTARITY.get(a, {}).get(b)
        if direct is not None:
            return direct
        return SKILL_COMPLEMENTARITY.get(b, {}).get(a, 0.4)

    def skills(self, a, b, reasons):
        if not a.skills or not b.skills:
            return None
        best_of = []
        for own, other in ((a.skills, b.skills), (b.skills, a.skills)):
            gains = []
            for skill in own:
                best, partner = 0.0, None
                for candidate in other:
                    value = self.skill_pair(skill, candidate)
                    if value > best:
                        best, partner = value, candidate
                gains.append(best)
                if best >= 0.6:
                    reasons.append(f"{skill} complements {partner}: {best:.2f}")
            gains.sort(reverse=True)
            top = gains[:4]
            best_of.append(sum(top) / len(top))
        shared = set(a.skills) & set(b.skills)
        if shared:
            reasons.append(f"Both know {', '.join(sorted(shared))}")
        return sum(best_of) / 2

    def field(self, a, b, reasons):
        value = FIELD_SYNERGY.get(tuple(sorted((a.field, b.field))), 0.55 if a.field == b.field else 0.5)
        if value >= 0.7:
            reasons.append(f"{a.field} and {b.field} work well together: {value:.2f}")
        return value

    def experience(self, a, b, reasons):
        gap = abs(a.experience - b.experience)
        mentoring = ("mentor" in a.goals and "be-mentored" in b.goals) or ("mentor" in b.goals and "be-mentored" in a.goals)
        value = min(1.0, gap / 8) if mentoring else (4 + min(a.experience, b.experience)) / (4 + max(a.experience, b.experience))
        if value >= 0.6:
            reasons.append(f"Experience fits: {a.experience} and {b.experience} years")
        return value

    def interests(self, a, b, reasons):
        if not a.interests or not b.interests:
            return None
        shared = set(a.interests) & set(b.interests)
        if shared:
            reasons.append(f"Both are interested in {', '.join(sorted(shared))}")
        return min(1.0, len(shared) / max(3, min(len(a.interests), len(b.interests), 5)))

    def goals(self, a, b, reasons):
        if not a.goals or not b.goals:
            return None
        best, pair = 0.0, None
        for first in a.goals:
            for second in b.goals:
                value = GOAL_COMPLEMENTARITY.get(first, {}).get(second, 0.3)
                if value > best:
                    best, pair = value, (first, second)
        if best >= 0.6:
            reasons.append(f"Goals fit: {pair[0]} and {pair[1]}")
        return best

    def languages(self, a, b, reasons):
        if not a.languages or not b.languages:
            return None
        shared = set(a.languages) & set(b.languages)
        if shared:
            reasons.append(f"Both speak {', '.join(sorted(shared))}")
        return 1.0 if shared else 0.0

    def availability(self, a, b, reasons):
        apart = abs(a.offset - b.offset)
        overlap = max(0.0, 9 - min(apart, 24 - apart))
        if overlap >= 3:
            reasons.append(f"{overlap:.0f} h of shared working time a day")
        value = min(1.0, overlap / 6)
        if a.hours and b.hours:
            value = 0.7 * value + 0.3 * min(a.hours, b.hours) / max(a.hours, b.hours)
        return value

    def place(self, a, b, reasons):
        if not a.place or not b.place:
            return None
        if a.place["country"] != b.place["country"]:
            return 0.0
        if a.place["city"].lower() != b.place["city"].lower():
            reasons.append(f"Both live in {a.place['country']}")
            return 0.5
        reasons.append(f"Both live in {a.place['city']}")
        return 1.0

    def semantic(self, a, b, reasons):
        norms = np.linalg.norm(a.embedding) * np.linalg.norm(b.embedding)
        similarity = float(np.dot(a.embedding, b.embedding) / norms)
        value = min(1.0, max(0.0, (similarity - 0.1) / 0.6))
        if value >= 0.5:
            reasons.append(f"Close in meaning: {similarity:.2f}")
        return value

    def score(self, a, b):
        reasons, values = [], {}
        for name in WEIGHTS:
            value = getattr(self, name)(a, b, reasons)
            if value is not None:
                values[name] = value
        weight = sum(WEIGHTS[name] for name in values)
        total = sum(WEIGHTS[name] * value for name, value in values.items()) / weight
        return {"total": round(total, 4), "components": values, "reasons": reasons}


def pairs(people):
    people = [Person(person["profile"], person["vector"]) for person in people]
    engine, count, sum_of_totals = OldEngine(), 0, 0.0
    started = time.process_time_ns()
    for index, a in enumerate(people):
        for b in people[:index]:
            sum_of_totals += engine.score(a, b)["total"]
            count += 1
    return {"pairs": count, "nanoseconds": time.process_time_ns() - started, "mean": sum_of_totals / count}


def main():
    people = []
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "people":
            people, answer = request["people"], "ready"
        elif request["do"] == "pairs":
            answer = pairs(people)
        else:
            answer = f"Python {platform.python_version()}, numpy {np.__version__}"
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
