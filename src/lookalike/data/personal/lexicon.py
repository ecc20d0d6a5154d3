"""
Frequent given names, surnames, words of streets and cities in several languages: facts that belong to nobody.

Written by us from general knowledge, copied from no database, and licensed as the project is.
"""

_GIVEN = """
James Mary John Patricia Robert Jennifer Michael Linda William Elizabeth David Barbara Richard Susan Joseph Jessica
Thomas Sarah Charles Karen Christopher Lisa Daniel Nancy Matthew Betty Anthony Margaret Mark Sandra Donald Ashley
Steven Kimberly Paul Emily Andrew Donna Joshua Michelle Kenneth Carol Kevin Amanda Brian Dorothy George Melissa Edward
Deborah Ronald Stephanie Timothy Rebecca Jason Sharon Jeffrey Laura Ryan Cynthia Jacob Kathleen Gary Amy Nicholas
Angela Eric Shirley Jonathan Anna Stephen Brenda Larry Pamela Justin Emma Scott Nicole Brandon Helen Benjamin Samantha
Samuel Katherine Gregory Christine Frank Debra Alexander Rachel Raymond Carolyn Patrick Janet Jack Catherine Dennis
Maria Jerry Heather Tyler Diane Aaron Ruth Jose Julie Adam Olivia Nathan Joyce Henry Virginia Douglas Victoria Zachary
Kelly Peter Lauren Kyle Christina Walter Joan Ethan Evelyn Jeremy Judith Harold Megan Keith Andrea Christian Cheryl
Roger Hannah Noah Jacqueline Gerald Martha Carl Gloria Terry Teresa Sean Ann Austin Sara Arthur Madison Lawrence
Frances Jesse Kathryn Dylan Janice Bryan Jean Joe Abigail Jordan Alice Billy Julia Bruce Judy Albert Sophia Willie
Grace Gabriel Denise Logan Amber Alan Doris Juan Marilyn Wayne Danielle Roy Beverly Ralph Isabella Randy Theresa
Eugene Diana Vincent Natalie Russell Brittany Elijah Charlotte Louis Marie Bobby Kayla Philip Alexis Johnny Lori Hans
Ursula Wolfgang Helga Klaus Ingrid Jürgen Monika Dieter Renate Uwe Petra Stefan Sabine Andreas Claudia Matthias Birgit
Sebastian Katrin Florian Anja Lukas Lena Jonas Lea Felix Mia Maximilian Sofia Pierre Françoise Michel Monique Jacques
Isabelle Philippe Nathalie Alain Sylvie Nicolas Céline Julien Aurélie Antoine Camille Hugo Manon Louise Chloé Giuseppe
Giulia Giovanni Francesca Antonio Chiara Mario Elena Luigi Paola Marco Alessandra Alessandro Valentina Lorenzo Martina
Matteo Federica Carlos Carmen Manuel Ana Francisco Isabel Javier Pilar Miguel Dolores Alejandro Cristina Diego Lucía
Pablo Marta Sergio Paula João Beatriz Pedro Inês Rui Mariana Tiago Catarina Luís Sofía Jan Maja Piotr Agnieszka
Krzysztof Katarzyna Andrzej Małgorzata Tomasz Ewa Pavel Jana Jiří Eva Lars Kristina Erik Karin Anders Astrid Nils
Sigrid Mikael Johanna Mehmet Fatma Mustafa Ayşe Ahmet Emine Ali Zeynep Mohamed Aisha Omar Fatima Hassan Layla Ibrahim
Mariam Yusuf Noor Wei Li Ming Mei Jun Xin Hiroshi Yuki Takashi Sakura Kenji Haruka Minjun Seoyeon Jihoon Jiwoo Arjun
Priya Rahul Ananya Amit Pooja Ivan Olga Dmitri Tatiana Sergei Natalia Alexei Irina Mikhail Svetlana Nguyen Linh Minh
Kwame Ama Kofi Chidi Ngozi Wanjiru Thabo Zanele Anne Luca Leon Finn Elias Clara Ida Oskar Ella Theo Maya Liam Zoe
Lucas Ava Mason Harper Amelia
"""

_NICKNAMES = """
Bob Bobby Tom Tommy Mike Jim Jimmy Dave Sam Sammy Ben Benny Nick Tim Timmy Steve Chris Alex Matt Dan Danny Andy Tony
Joe Joey Jeff Greg Pete Phil Ken Kenny Ron Ronnie Rick Ricky Ted Teddy Rob Robbie Bill Will Max Fred Freddie Charlie
Harry Archie Alfie Josh Zach Nate Doug Don Ed Eddie Kate Katie Kathy Liz Lizzy Beth Becky Jenny Jen Maggie Meg Peggy
Sue Susie Debbie Vicky Mandy Cindy Wendy Tracy Trish Pat Patty Sally Molly Polly Annie Abby Ellie Izzy Lexi Gabby Nina
Rosie Sandy Steffi Uschi Heidi Toni Basti Fritz Horst Günter Gerd Anke Heike Silke Ulrike Jörg Ralf Holger Pepe
Paco Lola Nacho Beppe Gigi Sasha Misha Vanya Katya Raj Ravi Anil Sunil Deepa Anita Sanjay Vijay Neha Kiran May June
April Faith Hope Joy Ray Dean Grant
"""

_SURNAMES = """
Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson
Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young
Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter
Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy Cook Rogers
Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson Brooks Chavez
Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers Long Ross Foster Jimenez Powell
Jenkins Perry Russell Sullivan Bell Coleman Butler Henderson Barnes Gonzales Fisher Vasquez Simmons Romero Jordan
Patterson Alexander Hamilton Graham Reynolds Griffin Wallace Moreno West Cole Hayes Bryant Herrera Gibson Ellis Tran
Medina Aguilar Stevens Murray Ford Castro Marshall Owens Harrison Fernandez McDonald Woods Washington Kennedy Wells
Vargas Henry Chen Freeman Webb Tucker Guzman Burns Crawford Olson Simpson Porter Hunter Gordon Mendez Silva Shaw
Snyder Mason Dixon Munoz Hunt Hicks Holmes Palmer Wagner Black Robertson Boyd Rose Stone Salazar Fox Warren Mills
Meyer Rice Schmidt Garza Daniels Ferguson Nichols Stephens Soto Weaver Ryan Gardner Payne Grant Dunn Kelley Spencer
Hawkins Arnold Pierce Müller Schneider Fischer Weber Schulz Becker Hoffmann Schäfer Koch Bauer Richter Klein Wolf
Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Werner Krause Lehmann Köhler Herrmann König
Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther
Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus Schumacher Krämer Vogt
Stein Jäger Otto Sommer Groß Bernard Dubois Durand Leroy Moreau Laurent Lefebvre Michel Bertrand Roux Fournier Girard
Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefevre Faure Andre Mercier Blanc Guerin Boyer Garnier
Chevalier Legrand Gauthier Perrin Robin Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno
Gallo Conti Costa Giordano Mancini Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara
Galli Martini Leone Longo Gentile Martinelli Santos Oliveira Souza Pereira Lima Ferreira Alves Ribeiro Carvalho
Almeida Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Novák Svoboda Novotný Dvořák Andersson
Johansson Karlsson Nilsson Eriksson Larsson Olsson Hansen Olsen Larsen Jensen Nielsen Pedersen Korhonen Virtanen
Jansen Bakker Visser Smit Meijer Mulder Bos Vos Yılmaz Kaya Demir Şahin Çelik Ahmed Khan Ali Hussain Sharma Singh
Kumar Gupta Wang Li Zhang Liu Yang Huang Zhao Wu Zhou Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Park Choi
Jeong Kang Ivanov Smirnov Kuznetsov Popov Sokolov Okafor Mensah Dlamini
"""

_STREET_NAMES = """
Oak Maple Cedar Pine Elm Birch Walnut Chestnut Willow Lime Beech Poplar Hazel Juniper Magnolia Park Lake River Hill
Forest Meadow Valley Spring Garden Orchard Mill Church School Station Market Bridge Castle King Queen Prince Victoria
Albert George Washington Lincoln Jefferson Franklin Jackson Madison Monroe Adams North South East West High Main
Center Union Liberty Harbor Bay Ocean Sunset Sunrise Highland Summit Prospect Grove Rose Lily Linden Ahorn Birken
Eichen Buchen Garten Wiesen Wald Berg Tal Bahnhof Schul Kirch Mühlen Goethe Schiller Mozart Beethoven Bach Haupt Neue
Alte Lange Rosen Tulpen Amsel Finken Lerchen Sonnen République Liberté Gambetta Victor-Hugo Pasteur Jaurès Roma Milano
Garibaldi Mazzini Verdi Dante Cavour Mayor Real Sol Luna Colón Cervantes Goya Libertad Nueva Molen Kerk Dorps
"""

_STREET_WORDS = """
Street St Avenue Ave Road Rd Lane Ln Drive Dr Boulevard Blvd Court Ct Place Pl Square Sq Terrace Way Close Crescent
Parkway Pkwy Highway Hwy Circle Cir Trail Row Alley Weg Platz Allee Gasse Ring Damm Ufer Straße Strasse Str rue avenue
boulevard place chemin allée quai via viale piazza corso calle avenida plaza paseo rua travessa praça straat laan
plein gatan vägen ulica ul
"""

_STATES = """
AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI
SC SD TN TX UT VT VA WA WV WI WY DC
"""

_CITIES = """
London Paris Berlin Madrid Rome Vienna Prague Warsaw Budapest Lisbon Dublin Brussels Amsterdam Copenhagen Stockholm
Oslo Helsinki Athens Hamburg Munich Cologne Frankfurt Stuttgart Leipzig Dresden Bremen Hanover Zurich Geneva Basel
Lyon Marseille Toulouse Nice Nantes Lille Milan Turin Naples Florence Bologna Genoa Barcelona Valencia Seville Bilbao
Porto Manchester Birmingham Leeds Glasgow Liverpool Bristol Edinburgh Cardiff Belfast Cork Rotterdam Utrecht Antwerp
Ghent Gothenburg Malmö Bergen Aarhus Tampere Gdańsk Kraków Wrocław Brno Bratislava Ljubljana Zagreb Boston Chicago
Houston Phoenix Philadelphia Dallas Austin Denver Seattle Portland Atlanta Miami Detroit Baltimore Cleveland Nashville
Memphis Toronto Montreal Vancouver Calgary Ottawa Sydney Melbourne Brisbane Perth Adelaide Auckland Wellington Tokyo
Osaka Kyoto Nagoya Seoul Busan Nanjing Shanghai Guangzhou Shenzhen Taipei Singapore Bangkok Jakarta Manila Hanoi
Mumbai Delhi Bangalore Chennai Kolkata Karachi Lahore Dhaka Colombo Dubai Istanbul Ankara Izmir Cairo Casablanca Tunis
Lagos Accra Nairobi Johannesburg Lima Bogotá Quito Santiago Montevideo Rosario Recife Salvador Curitiba Guadalajara
Monterrey Puebla
"""

GIVEN = tuple(_GIVEN.split())
NICKNAMES = tuple(_NICKNAMES.split())  # and other names that are found in texts but not made up
SURNAMES = tuple(_SURNAMES.split())
STREET_NAMES = tuple(_STREET_NAMES.split())
STREET_WORDS = tuple(_STREET_WORDS.split())
STATES = tuple(_STATES.split())
CITIES = tuple(_CITIES.split())
