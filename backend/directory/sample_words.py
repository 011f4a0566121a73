"""The words that the invented sample people are made of: common first and last names, and companies that do not exist."""

# Forty lists of names read better as words than as quoted strings.
# ruff: noqa: SIM905

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One country's words, and the numbers that its regulator keeps for fiction (`#` stands for three digits; none: no phones)."""

    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    companies: tuple[str, ...]
    titles: tuple[str, ...]
    phones: tuple[str, ...] = ()


WORDS = {
    "FR": Words(
        tuple("Camille Léa Chloé Manon Inès Jade Zoé Louise Alice Élise Hugo Louis Jules Adam Arthur Gabriel Théo "
              "Nathan Paul Maël Noé Rémi Aïcha Fatou Karim".split()),
        tuple("Martin Bernard Dubois Moreau Laurent Lefèvre Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand "
              "Gauthier Perrin Robin Morin Nguyen Benali Diallo Roussel Fabre Vidal Renaud".split()),
        ("Ateliers Brumelune SAS", "Verdaline Conseil SARL", "Orvanne Logistique SAS", "Maison Quatrefeuille SA"),
        ("Responsable achats", "Directrice commerciale", "Chef de projet", "Directeur financier", "Responsable RH"),
        # Arcep keeps 06 39 98 00 00 to 06 39 98 99 99 for works of fiction.
        ("06 39 98 0#",),
    ),
    "DE": Words(
        tuple("Anna Lena Mia Emma Hannah Lea Marie Sophie Jana Katrin Lukas Jonas Leon Finn Paul Felix Max Jan Tim "
              "Jürgen Uwe Ayşe Mehmet Greta Sönke".split()),
        tuple("Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Bauer Richter Klein Wolf "
              "Schröder Neumann Schwarz Braun Krüger Hofmann Lange Yılmaz Krause Lehmann".split()),
        ("Nordhafen Musterbau GmbH", "Lindwerk Beispiel AG", "Taubertal Messtechnik GmbH", "Rheinmuster Logistik KG"),
        ("Einkaufsleiterin", "Vertriebsleiter", "Projektleiter", "Kaufmännische Leitung", "Personalreferentin"),
        # Bundesnetzagentur, notice 148/2021: numbers for media productions, a thousand in each of five cities.
        ("030 23125#", "069 90009#", "040 66969#", "0221 4710#", "089 99998#"),
    ),
    "GB": Words(
        tuple("Olivia Amelia Isla Ava Emily Grace Sophie Lily Freya Ella Oliver George Harry Noah Jack Charlie Oscar "
              "James Leo Henry Aisha Priya Rhys Niamh Callum".split()),
        tuple("Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Wright Evans Walker Roberts Green Hall Wood "
              "Clarke Hughes Khan Edwards Turner Hill Cooper Ward Morris".split()),
        ("Fernhollow Works Ltd", "Quillmere Consulting LLP", "Ashgrove Sample Foods Ltd", "Tidewater Example plc"),
        ("Head of Procurement", "Sales Director", "Project Manager", "Finance Director", "HR Manager"),
        # Ofcom keeps 07700 900000 to 900999 for drama.
        ("07700 900#",),
    ),
    "ES": Words(
        tuple("Lucía María Martina Paula Sofía Valeria Julia Carla Noa Alba Hugo Mateo Martín Lucas Leo Daniel Alejandro "
              "Manuel Pablo Álvaro Íñigo Nerea Jordi Montse Begoña".split()),
        tuple("García Fernández González Rodríguez López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz "
              "Moreno Muñoz Álvarez Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ibáñez".split()),
        ("Talleres Nubeclara SL", "Mirasolana Consultores SA", "Olivar Ejemplo SL", "Puertorrey Logística SA"),
        ("Jefa de compras", "Director comercial", "Jefe de proyecto", "Directora financiera", "Responsable de RR. HH."),
    ),
    "IT": Words(
        tuple("Sofia Giulia Aurora Alice Ginevra Emma Giorgia Beatrice Chiara Anna Leonardo Francesco Lorenzo Alessandro "
              "Andrea Mattia Gabriele Tommaso Riccardo Edoardo Niccolò Noemi Elia Ilaria Desirée".split()),
        tuple("Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De-Luca Costa "
              "Giordano Mancini Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi".split()),
        ("Officine Lunachiara Srl", "Valsempre Consulenza SpA", "Cantine Esempio Srl", "Portovento Logistica SpA"),
        ("Responsabile acquisti", "Direttore vendite", "Project manager", "Direttrice finanziaria", "Responsabile HR"),
    ),
    "NL": Words(
        tuple("Emma Julia Mila Tess Sophie Zoë Sara Nora Yara Eva Noah Sem Lucas Liam Daan Finn Levi Luuk Mees Bram "
              "Thijs Fleur Sanne Joost Noël".split()),
        tuple("De-Jong Jansen De-Vries Bakker Visser Smit Meijer De-Boer Mulder De-Groot Bos Vos Peters Hendriks Dekker "
              "Brouwer De-Wit Dijkstra Smits De-Graaf Kok Jacobs Vermeulen Schouten Hoekstra".split()),
        ("Polderlicht Werken BV", "Grachtzicht Advies BV", "Voorbeeld Zuivel NV", "Waalhaven Logistiek BV"),
        ("Inkoopmanager", "Commercieel directeur", "Projectleider", "Financieel directeur", "HR-manager"),
    ),
    "PT": Words(
        tuple("Maria Matilde Leonor Beatriz Carolina Mariana Ana Inês Sofia Lara João Francisco Santiago Afonso Duarte "
              "Tomás Miguel Rodrigo Lourenço Gonçalo Simão Íris Núria Vasco Conceição".split()),
        tuple("Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Jesus Sousa Fernandes Gonçalves Gomes Lopes "
              "Marques Alves Almeida Ribeiro Pinto Carvalho Teixeira Moreira Correia Mendes Nunes".split()),
        ("Oficinas Serrazul Lda", "Maréclara Consultores SA", "Adega Exemplo Lda", "Portofino Logística SA"),
        ("Responsável de compras", "Diretor comercial", "Gestor de projeto", "Diretora financeira", "Responsável de RH"),
    ),
    "PL": Words(
        tuple("Zuzanna Julia Maja Zofia Hanna Lena Alicja Maria Amelia Oliwia Antoni Jan Jakub Aleksander Franciszek "
              "Szymon Filip Mikołaj Wojciech Kacper Stanisław Łucja Żaneta Paweł Michał".split()),
        tuple("Nowak Kowal Wiśnia Dąbek Lewandek Wójcik Kamyk Kowalczyk Zielny Szymczak Woźniak Kozioł Jankow Mazur "
              "Krawczyk Kaczmarek Piotrow Grabow Zając Pawłow Michalak Król Wieczorek Jabłoń Wróbel".split()),
        ("Zakłady Jasnopol Sp. z o.o.", "Wiślana Przykład SA", "Sadowina Sp. z o.o.", "Bałtylog Sp. z o.o."),
        ("Kierownik zakupów", "Dyrektor handlowa", "Kierownik projektu", "Dyrektor finansowy", "Specjalistka HR"),
    ),
}  # fmt: skip
"""Spain, Italy, the Netherlands, Portugal and Poland keep no numbers for fiction, so nobody there is given one."""
